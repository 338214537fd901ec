// Tools call an app that misbehaves in every way that apps do: what they send it, when, and what the assistant is told.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { legacy, modern } from '../harness/assistant.mjs';
import { startStack } from '../harness/stack.mjs';

const ada = 'user_AdaLovelace0000000000000001';
const acme = 'org_Acme00000000000000000000001';
const order = { id: 'A-1', status: 'open', placed_on: '2026-01-05', total_cents: 100, currency: 'EUR', items: [] };

let stack, app, token, client;
const requests = []; // what came: { method, token, trace, at }
let answers = []; // in turn, the last one stays: { status, headers, body } or 'silence'

async function connect(era) {
  const connected = era.client();
  await connected.connect(era.transport(new URL(stack.mcpUrl), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
  return connected;
}
before(async () => {
  app = createServer((request, response) => {
    const { authorization, traceparent, tracestate } = request.headers;
    requests.push({ method: request.method, token: authorization, trace: { traceparent, tracestate }, at: Date.now() });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === 'silence') return;
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise((resolve) => app.listen(0, '127.0.0.1', resolve));
  stack = await startStack({ AUTH_MODE: 'clerk', APP_URL: `http://localhost:${app.address().port}`, LOOPS: '1' });
  await stack.clerk.api('POST', '/sessions', { user_id: ada });
  ({ access_token: token } = await stack.clerk.control('oauth_tokens', { user_id: ada, scopes: ['orders:read', 'orders:write'], audience: [stack.mcpUrl] }));
  client = await connect(modern);
});
beforeEach(() => { requests.length = 0; });
after(async () => {
  await client.close();
  await stack.endWell();
  app.closeAllConnections();
  app.close();
});

const found = { body: { orders: [order] } };
const search = () => client.callTool({ name: 'search_orders', arguments: {} });
const cancel = () => client.callTool({ name: 'cancel_order', arguments: { order_id: 'A-1' } });

test('a token is used again while it is good, and a refused one is replaced, once', async () => {
  answers = [found];
  assert.ok(!(await search()).isError);
  answers = [{ status: 401 }, found];
  assert.ok(!(await search()).isError);
  const [first, second, third] = requests.map(({ token }) => token);
  assert.match(first, /^Bearer eyJ/);
  assert.equal(second, first);
  assert.notEqual(third, second);
  answers = [{ status: 401 }];
  requests.length = 0;
  const refused = await search();
  assert.match(refused.content[0].text, /does not accept this server's tokens/);
  assert.equal(requests.length, 2);
});

// 2026-07-28, basic/index, OpenTelemetry trace context; the values are those of W3C Trace Context sec. 3.2.3 and 3.3.1.
test('the trace that a call belongs to goes on to the app; what is no trace does not', async () => {
  const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'rojo=00f067aa0ba902b7' };
  const none = { traceparent: undefined, tracestate: undefined };
  answers = [found];
  for (const each of [client, await connect(legacy)]) {
    for (const _meta of [trace, undefined, { ...trace, traceparent: `${trace.traceparent}\r\nx-injected: 1` }]) {
      assert.ok(!(await each.callTool({ name: 'search_orders', arguments: {}, _meta })).isError);
    }
    assert.deepEqual(requests.splice(0).map((request) => request.trace), [trace, none, none]);
    if (each !== client) await each.close();
  }
});

test('Retry-After is obeyed where asking again does no harm', async () => {
  answers = [{ status: 429, headers: { 'retry-after': '1' } }, found];
  assert.ok(!(await search()).isError);
  assert.equal(requests.length, 2);
  assert.ok(requests[1].at - requests[0].at >= 950, `${requests[1].at - requests[0].at} ms`);
  for (const headers of [{}, { 'retry-after': '600' }, { 'retry-after': 'tomorrow' }]) {
    answers = [{ status: 429, headers }, found];
    requests.length = 0;
    assert.match((await search()).content[0].text, /Too many requests/);
    assert.equal(requests.length, 1);
  }
  answers = [{ status: 429, headers: { 'retry-after': '0' } }, { body: order }];
  requests.length = 0;
  assert.match((await cancel()).content[0].text, /Too many requests/);
  assert.equal(requests.length, 1, 'a change is asked for once');
});

test('an answer that is none, or is another, is told without its insides', async () => {
  for (const [answer, words] of [
    [{ status: 409, body: { error: 'It has shipped.' } }, /It has shipped/], [{ status: 500, body: { error: 'SQLSTATE 42P01' } }, /not available/],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, /./], [{ body: { orders: 7 } }, /not understood/],
  ]) {
    answers = [answer];
    const result = await search().catch((error) => ({ isError: true, content: [{ text: error.message }] }));
    assert.ok(result.isError);
    assert.match(result.content[0].text, words);
    assert.doesNotMatch(result.content[0].text, /SQLSTATE|eyJ/);
    assert.equal(requests.length, 1, 'and no redirect is followed');
    requests.length = 0;
  }
});

test('a silent app is given up after fifteen seconds', async () => {
  answers = ['silence'];
  const began = Date.now();
  assert.match((await search()).content[0].text, /does not answer/);
  const took = Date.now() - began;
  assert.ok(took > 14_000 && took < 40_000, `${took} ms`);
  answers = [found];
  assert.ok(!(await search()).isError);
});

test('an app that fails again and again is left alone for ten seconds, and then asked by one', async () => {
  answers = [{ status: 503 }];
  for (let n = 0; n < 8; ++n) assert.ok((await search()).isError);
  assert.equal(requests.length, 5);
  answers = [found];
  assert.ok((await search()).isError, 'nobody asks it yet');
  await sleep(10_000);
  assert.ok(!(await search()).isError);
  assert.equal(requests.length, 6);
});
