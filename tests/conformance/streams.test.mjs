// Streams as they are on the wire, whichever host: how long they last, what they say while nothing happens, and what becomes
// of them when their reader is slow, their call is cancelled, their token ends, or another one is opened. The suite's server has the tools.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClerkClient } from '@clerk/backend';
import { Client, modernRequest } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { SseReader } from '../harness/sse_reader.mjs';
import { startStack } from '../harness/stack.mjs';

let stack, token, session;
before(async () => {
  stack = await startStack({ CLERK_TOKENS: 'm2m_token', CLERK_MACHINE_ID: 'mch_Server000000000000000000001' },
    { program: 'tests/conformance/everything', bundle: 'build/conformance' });
  ({ access_token: token } = await (await new Client(stack.mcpUrl).register()).signIn(new Person('Ada')));
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'by hand', version: '1' } };
  session = (await inSession('POST', { id: 0, method: 'initialize', params })).headers.get('mcp-session-id');
});
after(() => stack.endWell());

const inSession = (method, message) => fetch(stack.mcpUrl, {
  method,
  headers: {
    authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream',
    ...(message && { 'content-type': 'application/json' }), ...(session && { 'mcp-session-id': session }),
  },
  body: message && JSON.stringify({ jsonrpc: '2.0', ...message }),
});
const listen = (bearer) => modernRequest(stack.mcpUrl, bearer, 'subscriptions/listen', { notifications: { resourceSubscriptions: ['test://watched-resource'] } });

// The text of a stream, to its end.
async function textOf(response) {
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  return response.text();
}

test('a stream on which nothing happens says so every 15 seconds', async () => {
  const began = Date.now();
  const response = await inSession('GET');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const comments = [];
  while (comments.length < 2 && Date.now() - began < 60_000) {
    const { value } = await reader.read();
    if (value.startsWith(':')) comments.push(Date.now() - began);
  }
  await reader.cancel();
  assert.ok(comments[0] > 14_000 && comments[0] < 28_000 && comments[1] > 29_000, `comments after ${comments} ms`);
});

test("a session's new stream takes the place of the one it had", async () => {
  const first = await inSession('GET');
  const ended = textOf(first).then(() => 'ended');
  const second = await inSession('GET');
  assert.equal(await Promise.race([ended, sleep(30_000, 'open', { ref: false })]), 'ended');
  await second.body.cancel();
});

test('a call that its client cancels ends without a reply, and its stream with it', async () => {
  const response = await inSession('POST', { id: 'long', method: 'tools/call', params: { name: 'slow_compute', arguments: { seconds: 60 } } });
  const text = textOf(response);
  assert.equal((await inSession('POST', { method: 'notifications/cancelled', params: { requestId: 'another' } })).status, 202);
  assert.equal(await Promise.race([text, sleep(500, 'open')]), 'open');
  assert.equal((await inSession('POST', { method: 'notifications/cancelled', params: { requestId: 'long' } })).status, 202);
  const said = await Promise.race([text, sleep(30_000, 'open', { ref: false })]);
  assert.notEqual(said, 'open');
  assert.doesNotMatch(said, /"id":"long"/);
});

test('a stream ends when the token that it was opened with does', async () => {
  const clerk = createClerkClient({ secretKey: stack.clerk.secretKey, apiUrl: stack.clerk.url });
  const { token: short } = await clerk.m2m.createToken({
    machineSecretKey: 'ak_offline_machine_caller', tokenFormat: 'jwt', secondsUntilExpiration: 10, claims: { scope: 'everything' },
  });
  const began = Date.now();
  const [ends, stays] = [await listen(short), await listen(token)];
  assert.equal(ends.status, 200);
  const text = await textOf(ends);
  const lasted = Date.now() - began;
  assert.ok(lasted > 2_000 && lasted < 30_000, `it lasted ${lasted} ms`);
  assert.match(text, /"resultType":"complete"/); // in good order
  const reader = stays.body.getReader();
  await reader.read(); // the acknowledgment
  assert.equal(await Promise.race([reader.read().then(({ done }) => (done ? 'ended' : 'open')), sleep(1_000, 'open')]), 'open');
  await reader.cancel();
});

// 40 MB of progress are said before more is read than the beginning; what waits for the reader is 256 KB, and what the sockets hold.
test('a reader that is slow loses progress, never the result', async () => {
  const flooded = new SseReader(await listen(token));
  await flooded.message(); // the acknowledgment
  const response = await inSession('POST', { id: 'slow', method: 'tools/call', params: { name: 'test_flood', arguments: {}, _meta: { progressToken: 'p' } } });
  const reader = response.body.getReader();
  await reader.read();
  assert.equal((await flooded.message(120_000)).method, 'notifications/resources/updated');
  await flooded.cancel();
  let [bytes, tail] = [0, ''];
  const decoder = new TextDecoder();
  for (let read; !(read = await reader.read()).done; ) {
    bytes += read.value.length;
    tail = (tail + decoder.decode(read.value, { stream: true })).slice(-4_096);
  }
  const last = JSON.parse(/^data: (\{.*)$/m.exec(tail.slice(tail.lastIndexOf('data: ')))[1]);
  assert.equal(last.id, 'slow');
  assert.equal(last.result.content[0].text, 'flooded');
  assert.ok(bytes < 20_000_000, `${bytes} bytes came`);
});
