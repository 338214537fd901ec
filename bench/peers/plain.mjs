// The ceiling on workerd: a worker in plain JavaScript that parses a tools/call and answers the same JSON as the server does,
// without checking anybody. RESULT is the result that the server gave.
let result;

export default {
  async fetch(request, env) {
    if (request.method !== 'POST') return new Response('ready');
    const message = await request.json();
    if (message.method !== 'tools/call' || message.params.name !== 'who_am_i') return new Response(null, { status: 400 });
    result ??= JSON.parse(env.RESULT);
    return Response.json({ jsonrpc: '2.0', id: message.id, result });
  },
};
