// Two isolates with an instance each, as on Cloudflare, where nobody chooses which of them gets a request: what reaches one of
// them and concerns a stream that the other one holds must get there. The suite's server has the tools (everything.cpp).
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Client } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { SseReader } from '../harness/sse_reader.mjs';
import { startStack } from '../harness/stack.mjs';

let stack, token;
before(async () => {
  stack = await startStack({}, { bundle: 'build/conformance', instances: 2 });
  token = (await (await new Client(stack.mcpUrl).register()).signIn(new Person('Ada'))).access_token;
});
after(() => stack.endWell());

const opened = [];
afterEach(async () => { for (const stream of opened.splice(0)) await stream.cancel(); });

function streamOf(response) {
  const stream = new SseReader(response);
  opened.push(stream);
  return stream;
}
const saysNothing = (stream) => assert.rejects(stream.message(500), /nothing came/);

// Sends to the isolate of that number.
const send = (isolate, session, method, body, more = {}) => fetch(stack.mcpUrl, {
  method,
  headers: {
    authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream', 'x-instance': String(isolate),
    ...(body && { 'content-type': 'application/json' }), ...(session && { 'mcp-session-id': session }), ...more,
  },
  body: body && JSON.stringify({ jsonrpc: '2.0', ...body }),
});
async function initialize(isolate) {
  const params = { protocolVersion: '2025-11-25', capabilities: { elicitation: { form: {} } }, clientInfo: { name: 'by hand', version: '1' } };
  const response = await send(isolate, null, 'POST', { id: 0, method: 'initialize', params });
  assert.equal(response.status, 200, await response.text());
  return response.headers.get('mcp-session-id');
}
const call = (isolate, session, id, name, args = {}) =>
  send(isolate, session, 'POST', { id, method: 'tools/call', params: { name, arguments: args } });
const textOf = (message) => message.result.content[0].text;
const watched = { uri: 'test://watched-resource' };

describe('a session of 2025-11-25', () => {
  test('a question is answered through the other isolate', async () => {
    const session = await initialize(0);
    const stream = streamOf(await call(0, session, 1, 'test_elicitation', { message: 'Who are you?' }));
    const question = await stream.message();
    assert.equal(question.method, 'elicitation/create');
    const answer = { id: question.id, result: { action: 'accept', content: { response: 'Ada' } } };
    assert.equal((await send(1, session, 'POST', answer)).status, 202);
    assert.match(textOf(await stream.message()), /Ada/);
    assert.equal(await stream.message(), null);
  });
  test('a call whose connection broke goes on in its isolate, and is read on through the other one', async () => {
    const session = await initialize(0);
    const first = streamOf(await call(0, session, 1, 'test_elicitation', { message: 'Who are you?' }));
    const { id } = await first.next();
    const question = await first.message();
    await first.cancel();
    const second = streamOf(await send(1, session, 'GET', null, { 'last-event-id': id }));
    assert.deepEqual(await second.message(), question);
    const answer = { id: question.id, result: { action: 'accept', content: { response: 'Ada' } } };
    assert.equal((await send(1, session, 'POST', answer)).status, 202);
    assert.match(textOf(await second.message()), /Ada/);
    assert.equal(await second.message(), null);
  });
  test('an answer in another session reaches nobody', async () => {
    const [session, other] = [await initialize(0), await initialize(1)];
    const stream = streamOf(await call(0, session, 1, 'test_elicitation', { message: 'Who are you?' }));
    const { id } = await stream.message();
    const answer = { id, result: { action: 'accept', content: { response: 'Eve' } } };
    assert.equal((await send(1, other, 'POST', answer)).status, 202);
    await saysNothing(stream);
  });
  test('a call is cancelled through the other isolate', async () => {
    const session = await initialize(0);
    const stream = streamOf(await call(0, session, 7, 'test_elicitation', { message: 'Who are you?' }));
    await stream.message();
    assert.equal((await send(1, session, 'POST', { method: 'notifications/cancelled', params: { requestId: 7 } })).status, 202);
    assert.equal(await stream.message(), null);
  });
  test('a resource that was subscribed to through one isolate and changes in it is told on the stream in the other, once', async () => {
    const session = await initialize(0);
    const stream = streamOf(await send(0, session, 'GET'));
    await send(1, session, 'POST', { id: 1, method: 'resources/subscribe', params: watched });
    await call(1, session, 2, 'change_watched_resource');
    assert.deepEqual((await stream.message()).params, watched);
    await saysNothing(stream);
    await send(1, session, 'POST', { id: 3, method: 'resources/unsubscribe', params: watched });
    await call(1, session, 4, 'change_watched_resource');
    await saysNothing(stream);
  });
  test('so is one that was subscribed to before there was a stream', async () => {
    const session = await initialize(0);
    await send(1, session, 'POST', { id: 1, method: 'resources/subscribe', params: watched });
    const stream = streamOf(await send(0, session, 'GET'));
    await call(0, session, 2, 'change_watched_resource');
    assert.deepEqual((await stream.message()).params, watched);
    await saysNothing(stream);
  });
  test('a stream takes the place of the one in the other isolate, and ends with the session', async () => {
    const session = await initialize(0);
    const first = streamOf(await send(0, session, 'GET'));
    await saysNothing(first);
    const second = streamOf(await send(1, session, 'GET'));
    assert.equal(await first.message(), null);
    await saysNothing(second);
    assert.equal((await send(0, session, 'DELETE')).status, 204);
    assert.equal(await second.message(), null);
  });
  test('an isolate that meets the session knows what was said of it', async () => {
    const session = await initialize(0);
    await send(0, session, 'POST', { id: 1, method: 'logging/setLevel', params: { level: 'warning' } });
    const reply = await call(1, session, 2, 'test_tool_with_logging');
    assert.match(textOf(await reply.json()), /Logging|logging/);
  });
});

describe('a client of 2026-07-28', () => {
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  const modern = (isolate, method, params, name) => send(isolate, null, 'POST', { id: 1, method, params: { ...params, _meta: meta } },
    { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(name && { 'mcp-name': name }) });
  test('its streams, in either isolate, hear once what changes in one', async () => {
    const streams = [];
    for (const isolate of [0, 1, 1]) {
      const stream = streamOf(await modern(isolate, 'subscriptions/listen', { notifications: { resourceSubscriptions: [watched.uri] } }));
      assert.equal((await stream.message()).method, 'notifications/subscriptions/acknowledged');
      streams.push(stream);
    }
    await (await modern(0, 'tools/call', { name: 'change_watched_resource', arguments: {} }, 'change_watched_resource')).json();
    for (const stream of streams) {
      assert.equal((await stream.message()).params.uri, watched.uri);
      await saysNothing(stream);
    }
  });
});
