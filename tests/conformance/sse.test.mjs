// HTTP with SSE, the transport of 2024-11-05: the real client signs in at /sse and uses what the suite's server has
// (everything.cpp); then what a client would not do, by hand. On Workers a POST may land in another isolate than the stream.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import * as v1 from '@modelcontextprotocol/sdk/types.js';
import { Assistant, legacy } from '../harness/assistant.mjs';
import { Client } from '../harness/by_hand.mjs';
import { eventually } from '../harness/eventually.mjs';
import { Person } from '../harness/person.mjs';
import { SseReader } from '../harness/sse_reader.mjs';
import { host, startStack } from '../harness/stack.mjs';

let stack, origin;
before(async () => {
  stack = await startStack({}, { program: 'tests/conformance/everything', bundle: 'build/conformance', instances: host === 'workers' ? 2 : 1 });
  origin = new URL(stack.mcpUrl).origin;
});
after(() => stack.endWell());

const text = (result) => result.content.map((each) => each.text ?? '').join('\n');

describe('the real client', () => {
  let client;
  const asked = [];
  before(async () => {
    const sse = { ...legacy, client: () => {
      const made = legacy.client();
      made.registerCapabilities({ elicitation: { form: {} } });
      made.setRequestHandler(v1.ElicitRequestSchema, async ({ params }) => {
        asked.push(params.message);
        return { action: 'accept', content: { response: 'Ada' } };
      });
      return made;
    }, transport: (url, options) => new SSEClientTransport(url, options) };
    client = (await new Assistant(`${origin}/sse`, { clientName: 'Of 2024' }).connectAs(new Person('Ada'), sse)).client;
  });
  after(() => client?.close());

  test('lists and calls tools', async () => {
    assert.ok((await client.listTools()).tools.length > 10);
    assert.equal(text(await client.callTool({ name: 'test_simple_text', arguments: {} })), 'This is a simple text response for testing.');
    const many = await Promise.all(Array.from({ length: 8 }, () => client.callTool({ name: 'test_simple_text', arguments: {} })));
    assert.equal(many.length, 8);
  });
  test('hears of progress, and is asked', async () => {
    const heard = [];
    await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, undefined, { onprogress: ({ progress }) => heard.push(progress) });
    assert.deepEqual(heard, [0, 50, 100]);
    assert.match(text(await client.callTool({ name: 'test_elicitation', arguments: { message: 'Who are you?' } })), /Ada/);
    assert.deepEqual(asked, ['Who are you?']);
  });
  test('hears of what it watches', async () => {
    const heard = Promise.withResolvers();
    client.setNotificationHandler(v1.ResourceUpdatedNotificationSchema, ({ params }) => heard.resolve(params.uri));
    await client.subscribeResource({ uri: 'test://watched-resource' });
    await client.callTool({ name: 'change_watched_resource', arguments: {} });
    assert.equal(await heard.promise, 'test://watched-resource');
  });
});

async function connect(name = 'Ada') {
  const client = await new Client(`${origin}/sse`).register();
  const tokens = await client.signIn(new Person(name));
  return { token: tokens.access_token, revoke: () => client.revoke(tokens.refresh_token) };
}
async function open(token) {
  const stream = new SseReader(await fetch(`${origin}/sse`, { headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' } }));
  const { event, data } = await stream.next();
  assert.equal(event, 'endpoint');
  stream.address = new URL(data, origin);
  assert.equal(stream.address.origin, origin);
  return stream;
}
const post = (address, token, body) => fetch(address, {
  method: 'POST', headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
  body: JSON.stringify({ jsonrpc: '2.0', ...body }),
});
const ping = { id: 1, method: 'ping' };

test('who is not signed in is told where, for this address', async () => {
  for (const response of [await fetch(`${origin}/sse`, { headers: { accept: 'text/event-stream' } }), await post(`${origin}/messages`, null, ping)]) {
    assert.equal(response.status, 401);
    const metadata = /resource_metadata="([^"]+)"/.exec(response.headers.get('www-authenticate'))[1];
    assert.equal(metadata, `${origin}/.well-known/oauth-protected-resource/sse`);
    assert.equal((await (await fetch(metadata)).json()).resource, `${origin}/sse`);
  }
});

test('a message is answered 202, and on the stream', async () => {
  const { token } = await connect();
  const stream = await open(token);
  const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'by hand', version: '1' } };
  const accepted = await post(stream.address, token, { id: 0, method: 'initialize', params });
  assert.equal(accepted.status, 202);
  assert.equal(await accepted.text(), '');
  assert.equal((await stream.message()).result.protocolVersion, '2024-11-05');
  assert.equal((await post(stream.address, token, { method: 'notifications/initialized' })).status, 202);
  await post(stream.address, token, { id: 2, method: 'tools/call', params: { name: 'test_simple_text', arguments: {} } });
  assert.equal((await stream.message()).id, 2);
  await stream.cancel();
});

test('an address is good for the connection that opened the stream, and while it is open', async () => {
  const [ada, again, grace] = [await connect(), await connect(), await connect('Grace')];
  const stream = await open(ada.token);
  const refused = await Promise.all([
    post(stream.address, grace.token, ping), post(stream.address, again.token, ping), post(`${origin}/messages`, ada.token, ping),
    post(`${origin}/messages?session_id=x`, ada.token, ping),
  ]);
  assert.deepEqual(refused.map((response) => response.status), [404, 404, 404, 404]);
  assert.equal((await post(stream.address, ada.token, ping)).status, 202);
  assert.deepEqual(await stream.message(), { jsonrpc: '2.0', id: 1, result: {} });
  await stream.cancel();
  await eventually(async () => (await post(stream.address, ada.token, ping)).status === 404, 'the end of its address');
});

test('a page of another origin gets nothing', async () => {
  const { token } = await connect();
  for (const [path, method] of [['/sse', 'GET'], ['/messages', 'POST']]) {
    const response = await fetch(origin + path, { method, headers: { authorization: `Bearer ${token}`, origin: 'https://evil.example' } });
    assert.equal(response.status, 403);
  }
});

// On Workers another isolate learns of it within half a minute.
test('a stream ends when its connection is revoked', { skip: host === 'workers' && 'isolates learn of it later' }, async () => {
  const { token, revoke } = await connect();
  const stream = await open(token);
  await revoke();
  assert.equal(await stream.next(30_000), null);
  assert.equal((await post(stream.address, token, ping)).status, 401);
});
