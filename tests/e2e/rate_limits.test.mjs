// Somebody who comes too often is told to wait, and is nobody else's trouble.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, pkce } from '../harness/by_hand.mjs';
import { eventually } from '../harness/eventually.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

const secret = 'a secret that the operator has made up';
const office = { client_id: 'back-office', client_name: 'Back Office', redirect_uris: ['http://127.0.0.1:33418/callback'], client_secret_sha256: createHash('sha256').update(secret).digest('hex') };
let stack, origin;
before(async () => {
  stack = await startStack({ RATE_LIMITS: 'on', CLIENT_ADDRESS: 'X-Client-Address', LOOPS: '1', OAUTH_CLIENTS: JSON.stringify([office]) });
  origin = new URL(stack.mcpUrl).origin;
});
after(() => stack.endWell());

const times = (count, request) => Promise.all(Array.from({ length: count }, async (unused, index) => (await request(index)).status));
const count = (statuses, status) => statuses.filter((each) => each === status).length;
const register = (address) => (index) => fetch(`${origin}/register`, {
  method: 'POST', headers: { 'content-type': 'application/json', 'x-client-address': address, origin: 'https://inspector.example' },
  body: JSON.stringify({ client_name: `Client ${index} of ${address}`, redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' }),
});
const mcp = (token, address) => () => fetch(stack.mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'x-client-address': address } });

const connect = async (person) => (await (await new Client(stack.mcpUrl).register()).signIn(person)).access_token;

test('registrations are limited by address, and the answer says when to come again', async () => {
  const statuses = await times(30, register('203.0.113.7'));
  assert.equal(count(statuses, 201), 20);
  assert.equal(count(statuses, 429), 10);
  const refused = await register('203.0.113.7')(0);
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.equal((await refused.json()).error, 'too_many_requests');
  assert.equal(refused.headers.get('access-control-allow-origin'), '*', 'a client in a browser can read it');
  assert.equal((await register('203.0.113.8')(0)).status, 201);
});

test('who guesses tokens has to wait, and a good token from the same address has not', async () => {
  const good = await connect(new Person('Ada'));
  const statuses = await times(100, mcp('pat_guessed', '203.0.113.9'));
  assert.ok(count(statuses, 401) >= 60 && count(statuses, 429) > 0, JSON.stringify(statuses));
  assert.ok(![401, 429].includes((await mcp(good, '203.0.113.9')()).status));
  assert.equal((await mcp('pat_guessed', '203.0.113.10')()).status, 401);
});

test("who guesses a client's secret has to wait, and the client itself has not", async () => {
  const client = Object.assign(new Client(stack.mcpUrl), { id: office.client_id });
  const { verifier, challenge } = pkce();
  const code = await client.codeFrom(new Person('Ada'), challenge);
  const redeem = (guess, address) => () => fetch(`${origin}/token`, {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-client-address': address },
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: client.id, client_secret: guess, code, code_verifier: verifier, redirect_uri: client.redirectUri }),
  });
  const statuses = await times(40, redeem('guessed', '203.0.113.20'));
  assert.equal(count(statuses, 401), 20);
  assert.equal(count(statuses, 429), 20);
  const refused = await redeem(secret, '203.0.113.20')();
  assert.equal(refused.status, 429, 'the right one, too');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.equal((await redeem(secret, '203.0.113.21')()).status, 200);
});

test('a user who refreshes without end is held back, keeps the token, and is nobody else\'s trouble', async () => {
  const [client, other] = await Promise.all([0, 1].map(() => new Client(stack.mcpUrl).register()));
  let { refresh_token: token } = await client.signIn(new Person('Katherine'));
  let answer = await client.refresh(token);
  for (let rounds = 0; rounds < 200 && answer.status === 200; ++rounds) {
    token = (await answer.json()).refresh_token;
    answer = await client.refresh(token);
  }
  assert.equal(answer.status, 429);
  assert.ok((await other.signIn(new Person('Grace'))).access_token);
  const katherine = new Person('Katherine');
  const page = await katherine.upTo(`${origin}/connections`);
  assert.ok(Person.button(page, /disconnect/i), 'and can be disconnected');
  await sleep(1000 * Number(answer.headers.get('retry-after')) + 100);
  assert.equal((await client.refresh(token)).status, 200);
});

test('a connection that calls without end is held back, and that of another user is not', async () => {
  const [busy, other] = [await connect(new Person('Grace')), await connect(new Person('Ada'))];
  const statuses = [];
  while (count(statuses, 429) === 0 && statuses.length < 2000) statuses.push(...(await times(100, mcp(busy, '203.0.113.11'))));
  assert.ok(count(statuses, 429) > 0, 'somewhere beyond 300 and what is given back meanwhile');
  assert.ok(statuses.length - count(statuses, 429) >= 300);
  assert.notEqual((await mcp(other, '203.0.113.11')()).status, 429);
});

test('a user has so many streams open at one time, and another one when one of them is closed', async () => {
  const token = await connect(new Person('Ada'));
  const open = () => fetch(`${origin}/sse`, { headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' } });
  const streams = await Promise.all(Array.from({ length: 128 }, open));
  assert.ok(streams.every(({ status }) => status === 200));
  const refused = await open();
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  await streams.pop().body.cancel();
  // A worker notices that a client is gone when it next says something to it: that is within the keep-alive.
  const again = await eventually(async () => {
    const response = await open();
    return response.status === 200 && response;
  }, 'another stream', 60_000);
  await Promise.all([...streams, again].map(({ body }) => body.cancel()));
});
