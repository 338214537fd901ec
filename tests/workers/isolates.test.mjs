// Two isolates with an instance each, as on Cloudflare, where nobody chooses which of them gets a request: what reaches one of
// them and concerns a stream that the other one holds must get there. The suite's server has the tools (everything.cpp).
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { SseReader } from '../harness/sse_reader.mjs';
import { startStack } from '../harness/stack.mjs';

let stack, token;
before(async () => {
  stack = await startStack({}, { bundle: 'build/conformance', instances: 2 });
  token = (await (await new Client(stack.mcpUrl).register()).signIn(new Person('Ada'))).access_token;
});
after(async () => {
  for (const [name, exit] of Object.entries(await stack.stop())) assert.deepEqual(exit, { code: 0, signal: null }, `${name} ended badly:\n${stack[name].log}`);
});

const opened = [];
afterEach(async () => { for (const stream of opened.splice(0)) await stream.cancel(); });

// The messages of a stream of events, one after the other; null at its end.
class Events {
  #text = '';
  constructor(response) {
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    this.reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    opened.push(this);
  }
  async next(milliseconds = 10_000) {
    const late = sleep(milliseconds, 'late');
    for (;;) {
      const [event, ...rest] = this.#text.split('\n\n');
      if (rest.length) {
        this.#text = rest.join('\n\n');
        const data = /^data: ?(.*)$/m.exec(event)?.[1];
        if (data) return JSON.parse(data);
        continue;
      }
      this.pending ??= this.reader.read();
      const read = await Promise.race([this.pending, late]);
      if (read === 'late') return 'nothing';
      this.pending = null;
      if (read.done) return null;
      this.#text += read.value;
    }
  }
  cancel() { return this.reader.cancel(); }
}

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
    const stream = new Events(await call(0, session, 1, 'test_elicitation', { message: 'Who are you?' }));
    const question = await stream.next();
    assert.equal(question.method, 'elicitation/create');
    const answer = { id: question.id, result: { action: 'accept', content: { response: 'Ada' } } };
    assert.equal((await send(1, session, 'POST', answer)).status, 202);
    assert.match(textOf(await stream.next()), /Ada/);
    assert.equal(await stream.next(), null);
  });
  test('a call whose connection broke goes on in its isolate, and is read on through the other one', async () => {
    const session = await initialize(0);
    const first = new SseReader(await call(0, session, 1, 'test_elicitation', { message: 'Who are you?' }));
    const { id } = await first.next();
    const question = await first.message();
    await first.cancel();
    const second = new SseReader(await send(1, session, 'GET', null, { 'last-event-id': id }));
    assert.deepEqual(await second.message(), question);
    const answer = { id: question.id, result: { action: 'accept', content: { response: 'Ada' } } };
    assert.equal((await send(1, session, 'POST', answer)).status, 202);
    assert.match(textOf(await second.message()), /Ada/);
    assert.equal(await second.next(), null);
  });
  test('an answer in another session reaches nobody', async () => {
    const [session, other] = [await initialize(0), await initialize(1)];
    const stream = new Events(await call(0, session, 1, 'test_elicitation', { message: 'Who are you?' }));
    const { id } = await stream.next();
    const answer = { id, result: { action: 'accept', content: { response: 'Eve' } } };
    assert.equal((await send(1, other, 'POST', answer)).status, 202);
    assert.equal(await stream.next(500), 'nothing');
  });
  test('a call is cancelled through the other isolate', async () => {
    const session = await initialize(0);
    const stream = new Events(await call(0, session, 7, 'test_elicitation', { message: 'Who are you?' }));
    await stream.next();
    assert.equal((await send(1, session, 'POST', { method: 'notifications/cancelled', params: { requestId: 7 } })).status, 202);
    assert.equal(await stream.next(), null);
  });
  test('a resource that was subscribed to through one isolate and changes in it is told on the stream in the other, once', async () => {
    const session = await initialize(0);
    const stream = new Events(await send(0, session, 'GET'));
    await send(1, session, 'POST', { id: 1, method: 'resources/subscribe', params: watched });
    await call(1, session, 2, 'change_watched_resource');
    assert.deepEqual((await stream.next()).params, watched);
    assert.equal(await stream.next(500), 'nothing');
    await send(1, session, 'POST', { id: 3, method: 'resources/unsubscribe', params: watched });
    await call(1, session, 4, 'change_watched_resource');
    assert.equal(await stream.next(500), 'nothing');
  });
  test('so is one that was subscribed to before there was a stream', async () => {
    const session = await initialize(0);
    await send(1, session, 'POST', { id: 1, method: 'resources/subscribe', params: watched });
    const stream = new Events(await send(0, session, 'GET'));
    await call(0, session, 2, 'change_watched_resource');
    assert.deepEqual((await stream.next()).params, watched);
    assert.equal(await stream.next(500), 'nothing');
  });
  test('a stream takes the place of the one in the other isolate, and ends with the session', async () => {
    const session = await initialize(0);
    const first = new Events(await send(0, session, 'GET'));
    assert.equal(await first.next(200), 'nothing');
    const second = new Events(await send(1, session, 'GET'));
    assert.equal(await first.next(), null);
    assert.equal(await second.next(200), 'nothing');
    assert.equal((await send(0, session, 'DELETE')).status, 204);
    assert.equal(await second.next(), null);
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
      const stream = new Events(await modern(isolate, 'subscriptions/listen', { notifications: { resourceSubscriptions: [watched.uri] } }));
      assert.equal((await stream.next()).method, 'notifications/subscriptions/acknowledged');
      streams.push(stream);
    }
    await (await modern(0, 'tools/call', { name: 'change_watched_resource', arguments: {} }, 'change_watched_resource')).json();
    for (const stream of streams) {
      assert.equal((await stream.next()).params.uri, watched.uri);
      assert.equal(await stream.next(500), 'nothing');
    }
  });
});
