// Clerk tells the server what has ended, and what rested on it ends at once: no refresh, no polling in between.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks'; // what Clerk's own verifyWebhook is made of
import { Client, pkce } from '../harness/by_hand.mjs';
import { acme, memberOf, Person } from '../harness/person.mjs';
import { openSessionStream } from '../harness/session_stream.mjs';
import { startStack } from '../harness/stack.mjs';

const secret = `whsec_${randomBytes(24).toString('base64')}`;
let stack;
before(async () => { stack = await startStack({ CLERK_WEBHOOK_SECRET: secret }); });
after(() => stack.endWell());

// A connection of the person's: its client, and its tokens.
async function connect(person) {
  const client = await new Client(stack.mcpUrl).register();
  return { client, ...(await client.signIn(person)) };
}
const stands = async ({ client, access_token: token }) => (await client.call(token)).status !== 401;
const clerkApi = (...request) => stack.clerk.api(...request);
const sessionOf = (name) => stack.clerk.sessionOf(name);

// A delivery as Clerk would send it, but for `changes`.
function deliver(event, { id = `msg_${randomBytes(8).toString('hex')}`, at = new Date(), key = secret, headers = {} } = {}) {
  const body = JSON.stringify(event);
  return fetch(new URL('/webhooks/clerk', stack.mcpUrl), {
    method: 'POST',
    headers: {
      'content-type': 'application/json', 'svix-id': id, 'svix-timestamp': String(Math.floor(at / 1000)),
      'svix-signature': new Webhook(key.slice('whsec_'.length)).sign(id, at, body), ...headers,
    },
    body,
  });
}
const userDeleted = (id, timestamp = Date.now()) => ({ data: { id, object: 'user', deleted: true }, object: 'event', type: 'user.deleted', timestamp });

test('a session that ends takes its connections and their streams with it, and not those of another session', async () => {
  const here = await connect(new Person('Ada'));
  const stream = await openSessionStream(stack.mcpUrl, here.access_token);
  const { id } = await sessionOf('Ada');
  const elsewhere = await connect(new Person('Ada')); // another browser
  await stack.clerk.control(`sessions/${id}/end`);
  assert.equal(await stream.endsWithin(5_000), true);
  assert.equal(await stands(here), false);
  assert.equal((await here.client.refresh(here.refresh_token)).status, 400);
  assert.equal(await stands(elsewhere), true);
  assert.equal((await elsewhere.client.refresh(elsewhere.refresh_token)).status, 200);
});

test('a code that waits to be redeemed is worth nothing once its session is over', async () => {
  const client = await new Client(stack.mcpUrl).register();
  const { verifier, challenge } = pkce();
  const code = await client.codeFrom(new Person('Ada'), challenge);
  await stack.clerk.control(`sessions/${(await sessionOf('Ada')).id}/end`);
  assert.equal((await client.redeem(code, verifier)).status, 400);
});

test('a user who leaves an organization loses the connections made for it, and keeps the personal ones', async () => {
  const personal = await connect(new Person('Grace'));
  const forAcme = await connect(await memberOf(stack.clerk, 'Grace'));
  const { user_id: grace } = await sessionOf('Grace');
  assert.equal((await clerkApi('DELETE', `/organizations/${acme}/memberships/${grace}`)).status, 200);
  assert.equal(await stands(forAcme), false);
  assert.equal(await stands(personal), true);
});

test('whose role changes has the new one at once: the old tokens are refused, and a refresh brings others', async () => {
  const personal = await connect(new Person('Katherine'));
  const forAcme = await connect(await memberOf(stack.clerk, 'Katherine'));
  const { user_id: katherine } = await sessionOf('Katherine');
  assert.equal((await clerkApi('PATCH', `/organizations/${acme}/memberships/${katherine}`, { role: 'org:admin' })).status, 200);
  assert.equal(await stands(forAcme), false);
  assert.equal(await stands(personal), true);
  const fresh = await forAcme.client.refresh(forAcme.refresh_token);
  assert.equal(fresh.status, 200);
  assert.equal(await stands({ ...forAcme, ...(await fresh.json()) }), true);
});

test('an organization that is deleted ends the connections of all its members', async () => {
  const personal = await connect(new Person('Ada'));
  const forAcme = [await connect(await memberOf(stack.clerk, 'Ada')), await connect(await memberOf(stack.clerk, 'Katherine'))];
  assert.equal((await clerkApi('DELETE', `/organizations/${acme}`)).status, 200);
  for (const connection of forAcme) assert.equal(await stands(connection), false);
  assert.equal(await stands(personal), true);
});

test('a banned user loses every connection at once; so does a deleted one', async () => {
  const grace = await connect(new Person('Grace'));
  await stack.clerk.control(`users/${(await sessionOf('Grace')).user_id}/ban`);
  assert.equal(await stands(grace), false);
  const katherine = await connect(new Person('Katherine'));
  assert.equal((await clerkApi('DELETE', `/users/${(await sessionOf('Katherine')).user_id}`)).status, 200);
  assert.equal(await stands(katherine), false);
});

test('what Clerk sent was taken, every time', async () => {
  const { deliveries } = await (await fetch(`${stack.clerk.url}/__emulator/deliveries`)).json();
  assert.ok(deliveries.length >= 6);
  assert.deepEqual(deliveries.filter(({ status }) => status !== 204), []);
});

test('only what is signed, with this secret and lately, does anything', async () => {
  const connection = await connect(new Person('Ada'));
  const { user_id: ada } = await sessionOf('Ada');
  const event = userDeleted(ada);
  const minutes = 60_000;
  for (const [why, options] of Object.entries({
    'another secret': { key: `whsec_${randomBytes(24).toString('base64')}` },
    'six minutes old': { at: new Date(Date.now() - 6 * minutes) },
    'six minutes ahead': { at: new Date(Date.now() + 6 * minutes) },
    'another id': { headers: { 'svix-id': 'msg_other' } },
    'no signature': { headers: { 'svix-signature': '' } },
    'another version': { headers: { 'svix-signature': 'v2,AAAA' } },
  })) assert.equal((await deliver(event, options)).status, 401, why);
  assert.equal((await fetch(new URL('/webhooks/clerk', stack.mcpUrl), { method: 'POST', body: JSON.stringify(event) })).status, 401);
  assert.equal((await fetch(new URL('/webhooks/clerk', stack.mcpUrl))).status, 405);
  assert.equal(await stands(connection), true);
  assert.equal((await deliver({ ...event, data: {} })).status, 400, 'nobody is named');
  assert.equal(await stands(connection), true);
  assert.equal((await deliver(event)).status, 204);
  assert.equal(await stands(connection), false);
});

test('a delivery that comes twice, or late, spares what was connected since', async () => {
  const { user_id: ada } = await sessionOf('Ada');
  const event = userDeleted(ada);
  assert.equal((await deliver(event, { id: 'msg_twice' })).status, 204);
  const connection = await connect(new Person('Ada'));
  assert.equal((await deliver(event, { id: 'msg_twice' })).status, 204);
  assert.equal(await stands(connection), true, 'the same again');
  assert.equal((await deliver(userDeleted(ada, Date.now() - 60_000))).status, 204);
  assert.equal(await stands(connection), true, 'an old one for the first time');
});

test('without a secret there is no endpoint', async () => {
  await stack.server.stop();
  stack.server = await stack.startServer({ CLERK_WEBHOOK_SECRET: '' });
  assert.equal((await deliver(userDeleted('user_x'))).status, 404);
});
