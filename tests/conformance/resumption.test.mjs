// Streams of calls that outlast their connections, and the server: what was sent is kept, and whoever comes back gets the
// rest of it (2025-11-25, basic/transports, resumability and redelivery). By hand, so that nothing reconnects by itself,
// and then by the real client. The suite's server has the tools (everything.cpp).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Assistant, legacy } from '../harness/assistant.mjs';
import { Client } from '../harness/by_hand.mjs';
import { SseReader } from '../harness/sse_reader.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

let stack, token, other;
before(async () => {
  stack = await startStack({}, { program: 'tests/conformance/everything', bundle: 'build/conformance' });
  [token, other] = [await tokenOf('Ada'), await tokenOf('Grace')];
});
after(() => stack.endWell());

async function tokenOf(name) {
  return (await (await new Client(stack.mcpUrl).register()).signIn(new Person(name))).access_token;
}

const send = (session, method, body, more = {}, bearer = token) => fetch(stack.mcpUrl, {
  method,
  headers: {
    authorization: `Bearer ${bearer}`, accept: 'application/json, text/event-stream', ...(body && { 'content-type': 'application/json' }),
    ...(session && { 'mcp-session-id': session }), ...more,
  },
  body: body && JSON.stringify({ jsonrpc: '2.0', ...body }),
});
async function initialize(protocolVersion = '2025-11-25', bearer = token) {
  const params = { protocolVersion, capabilities: { elicitation: { form: {} } }, clientInfo: { name: 'by hand', version: '1' } };
  const response = await send(null, 'POST', { id: 0, method: 'initialize', params }, {}, bearer);
  assert.equal(response.status, 200, await response.text());
  return response.headers.get('mcp-session-id');
}
const call = (session, id, name, args = {}) =>
  send(session, 'POST', { id, method: 'tools/call', params: { name, arguments: args, _meta: { progressToken: id } } });
const resume = (session, id, bearer) => send(session, 'GET', null, { 'last-event-id': id }, bearer);
const ask = (session) => call(session, 1, 'test_elicitation', { message: 'Who are you?' });
const answer = (session, question) =>
  send(session, 'POST', { id: question.id, result: { action: 'accept', content: { response: 'Ada' } } });

describe('a call of 2025-11-25', () => {
  test('is primed with an id and a time to wait, and each of its events has an id of its own', async () => {
    const events = await new SseReader(await call(await initialize(), 1, 'test_tool_with_progress')).all();
    assert.equal(events[0].data, '');
    assert.equal(events[0].retry, '1000');
    assert.equal(events.length, 5);
    assert.equal(new Set(events.map((event) => event.id)).size, 5);
    assert.match(events.at(-1).data, /"result"/);
  });

  test('whose connection breaks goes on, and is read on by who comes back', async () => {
    const session = await initialize();
    const first = new SseReader(await ask(session));
    const { id } = await first.next();
    const question = await first.message();
    await first.cancel();
    const second = new SseReader(await resume(session, id));
    assert.deepEqual(await second.message(), question);
    assert.equal((await answer(session, question)).status, 202);
    assert.match(JSON.stringify(await second.message()), /Ada/);
    assert.equal(await second.next(), null);
  });

  test('gives each message to one reader: who comes back takes the place of who was there', async () => {
    const session = await initialize();
    const first = new SseReader(await ask(session));
    const { id } = await first.next();
    const question = await first.message();
    const second = new SseReader(await resume(session, id));
    assert.equal(await first.next(), null);
    assert.deepEqual(await second.message(), question);
    await send(session, 'POST', { method: 'notifications/cancelled', params: { requestId: 1 } });
    assert.equal(await second.next(), null);
  });

  test('has ids that are good in its own session only', async () => {
    const [session, another, bobs] = [await initialize(), await initialize(), await initialize('2025-11-25', other)];
    const events = await new SseReader(await call(session, 1, 'test_tool_with_progress')).all();
    const { id } = events[0];
    assert.equal((await resume(another, id)).status, 400);
    assert.equal((await resume(session, id, other)).status, 404);
    assert.equal((await resume(bobs, id, other)).status, 400);
    for (const forged of [id.slice(1), `${id}A`, '1', 'x'.repeat(1000)]) assert.equal((await resume(session, forged)).status, 400);
    assert.deepEqual((await new SseReader(await resume(session, id)).all()).map((event) => event.data), events.slice(1).map((event) => event.data));
  });

  test('loses nothing that was sent when the server is killed: from each event on there is the rest', async () => {
    const session = await initialize();
    const events = await new SseReader(await call(session, 1, 'test_tool_with_progress')).all();
    const waiting = new SseReader(await ask(session));
    const { id } = await waiting.next();
    const question = await waiting.message();
    await stack.killServer();
    for (const [read, event] of events.slice(0, -1).entries()) {
      const rest = await new SseReader(await resume(session, event.id)).all();
      assert.deepEqual(rest.map((each) => each.data), events.slice(read + 1).map((each) => each.data));
    }
    const again = new SseReader(await resume(session, id)); // the call itself is gone, and says so when that is sure
    assert.deepEqual(await again.message(), question);
    const end = await again.message(60_000);
    assert.equal(end.id, 1);
    assert.equal(end.error.code, -32603);
    assert.equal(await again.next(), null);
  });
});

test('before 2025-11-25 no event is empty', async () => {
  const events = await new SseReader(await call(await initialize('2025-06-18'), 1, 'test_tool_with_progress')).all();
  assert.deepEqual(events.map((event) => [event.data === '', event.id.length > 40]), Array(4).fill([false, true]));
});

describe("a session's own stream", () => {
  const watched = { uri: 'test://watched-resource' };
  test('tells who comes back what has changed meanwhile, also after the server was killed', async () => {
    const session = await initialize();
    await send(session, 'POST', { id: 1, method: 'resources/subscribe', params: watched });
    const first = new SseReader(await send(session, 'GET'));
    const { id } = await first.next();
    await first.cancel();
    await call(session, 2, 'change_watched_resource');
    await stack.killServer();
    const second = new SseReader(await resume(session, id));
    assert.deepEqual((await second.message()).params, watched);
    await second.cancel();
  });
});

test('the real client comes back by itself, and gets its result', async () => {
  let [streams, broken] = [0, 0];
  const breaking = { ...legacy, transport: (url, options) => legacy.transport(url, { ...options, fetch: async (input, init) => {
    const response = await fetch(input, init);
    const isCall = String(init?.body ?? '').includes('test_tool_with_progress');
    if (new Headers(init?.headers).has('last-event-id')) ++streams;
    if (!isCall) return response;
    ++broken;
    const reader = response.body.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return new Response(new Blob([value]).stream(), response);
  } }) };
  const assistant = await new Assistant(stack.mcpUrl, { clientName: 'Resuming' }).connectAs(new Person('Ada'), breaking);
  const heard = [];
  const result = await assistant.client.callTool({ name: 'test_tool_with_progress', arguments: {} }, undefined, { onprogress: ({ progress }) => heard.push(progress) });
  assert.match(JSON.stringify(result), /done/);
  assert.deepEqual(heard, [0, 50, 100]);
  assert.deepEqual([broken, streams > 0], [1, true]);
  await assistant.close();
});
