// Tokens that Clerk issues: API keys and machine tokens beside our own, and Clerk's OAuth server in our place.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import * as v2 from '@modelcontextprotocol/client';
import { createClerkClient } from '@clerk/backend';
import { openSessionStream } from '../harness/session_stream.mjs';
import { startStack } from '../harness/stack.mjs';

const ada = 'user_AdaLovelace0000000000000001';
const grace = 'user_GraceHopper0000000000000002';
const webhooks = { CLERK_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('base64')}` };
const machines = { server: 'mch_Server000000000000000000001', caller: 'mch_Caller000000000000000000001', callerKey: 'ak_offline_machine_caller' };

async function client(mcpUrl, token) {
  const connected = new v2.Client({ name: 'headless', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await connected.connect(new v2.StreamableHTTPClientTransport(new URL(mcpUrl), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
  return connected;
}
const call = async (mcpUrl, token, name, args = {}) => (await client(mcpUrl, token)).callTool({ name, arguments: args });
const whoAmI = async (mcpUrl, token) => (await call(mcpUrl, token, 'who_am_i')).structuredContent;
const status = async (mcpUrl, token) => (await fetch(mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status;
const refused = async (mcpUrl, token) => {
  const response = await fetch(mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 401);
  assert.match(response.headers.get('www-authenticate'), /error="invalid_token".*resource_metadata=/);
};

describe('CLERK_TOKENS', () => {
  let stack, clerk;
  before(async () => {
    // One event loop: each has a memory of its own for what Clerk said, and connections go to either.
    stack = await startStack({ CLERK_TOKENS: 'api_key,m2m_token', CLERK_MACHINE_ID: machines.server, LOOPS: '1', ...webhooks });
    clerk = createClerkClient({ secretKey: stack.clerk.secretKey, publishableKey: stack.clerk.publishableKey, apiUrl: stack.clerk.url, telemetry: { disabled: true } });
  });
  after(() => stack.endWell());

  test('an API key calls tools as its user, within its scopes', async () => {
    const { id, secret } = await clerk.apiKeys.create({ name: 'ci', subject: ada, scopes: ['profile:read', 'nothing:here'] });
    const me = await whoAmI(stack.mcpUrl, secret);
    assert.equal(me.user_id, ada);
    assert.deepEqual(me.scopes, ['profile:read']);
    await assert.rejects(call(stack.mcpUrl, secret, 'cancel_order', { order_id: 'x' }), /403|scope|forbidden/i);
    assert.ok(!stack.server.log.includes(secret), 'the key is in no log');
    assert.ok(!stack.server.log.includes(id));
  });

  test('a tool that needs the user at the app says why it cannot', async () => {
    const { secret } = await clerk.apiKeys.create({ name: 'ci', subject: ada, scopes: ['orders:read'] });
    const result = await call(stack.mcpUrl, secret, 'search_orders', { status: 'open' });
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /signed in at the app/);
  });

  test('a revoked, expired or invented key is refused', async () => {
    const revoked = await clerk.apiKeys.create({ name: 'revoked', subject: ada });
    await clerk.apiKeys.revoke({ apiKeyId: revoked.id });
    await refused(stack.mcpUrl, revoked.secret);
    await refused(stack.mcpUrl, 'ak_invented');
    await refused(stack.mcpUrl, 'oat_not_taken_here');
    const expired = await clerk.apiKeys.create({ name: 'expired', subject: ada, secondsUntilExpiration: 1 });
    await stack.clerk.control('clock/advance', { seconds: 2 });
    await refused(stack.mcpUrl, expired.secret);
  });

  test('a machine calls with its token, opaque or JWT, if it is for this server', async () => {
    const made = (options) => clerk.m2m.createToken({ machineSecretKey: machines.callerKey, claims: { scope: 'profile:read' }, ...options });
    for (const tokenFormat of ['opaque', 'jwt']) {
      const { token } = await made({ tokenFormat });
      const me = await whoAmI(stack.mcpUrl, token);
      assert.equal(me.user_id, machines.caller);
      assert.deepEqual(me.scopes, ['profile:read']);
    }
  });

  test('with Clerk down a new key is told to come again, and one that was just used goes on', async () => {
    const known = await clerk.apiKeys.create({ name: 'known', subject: ada });
    const fresh = await clerk.apiKeys.create({ name: 'fresh', subject: ada });
    assert.notEqual(await status(stack.mcpUrl, known.secret), 401);
    await stack.clerk.control('faults', { match: '/api_keys/verify', status: 503, times: 100 });
    assert.equal(await status(stack.mcpUrl, fresh.secret), 503);
    assert.notEqual(await status(stack.mcpUrl, known.secret), 503);
    await stack.clerk.clearFaults();
  });

  test('many calls with one key ask Clerk once', async () => {
    const { secret } = await clerk.apiKeys.create({ name: 'busy', subject: ada });
    const asked = async () => (await (await fetch(`${stack.clerk.url}/__emulator/calls`)).json()).calls.filter(({ path }) => path === '/api_keys/verify').length;
    const before = await asked();
    await Promise.all(Array.from({ length: 50 }, () => status(stack.mcpUrl, secret)));
    assert.equal(await asked() - before, 1);
  });

  test('a banned user loses what their keys opened at once, and a revoked key within half a minute', async () => {
    const [graces, adas] = [await clerk.apiKeys.create({ name: 'stream', subject: grace }), await clerk.apiKeys.create({ name: 'stream', subject: ada })];
    const [ends, stays] = [await openSessionStream(stack.mcpUrl, graces.secret), await openSessionStream(stack.mcpUrl, adas.secret)];
    await stack.clerk.control(`users/${grace}/ban`);
    assert.equal(await ends.endsWithin(5_000), true);
    await refused(stack.mcpUrl, graces.secret);
    assert.equal(stays.ended, false);
    await clerk.apiKeys.revoke({ apiKeyId: adas.id });
    assert.equal(await stays.endsWithin(35_000), true);
    await clerk.users.unbanUser(grace);
  });
});

describe('AUTH_MODE=clerk', () => {
  let stack, origin;
  before(async () => {
    stack = await startStack({ AUTH_MODE: 'clerk', ...webhooks });
    origin = new URL(stack.mcpUrl).origin;
  });
  after(() => stack.endWell());
  const issue = async (changes = {}) =>
    (await stack.clerk.control('oauth_tokens', { user_id: ada, scopes: ['profile:read', 'email'], audience: [stack.mcpUrl], ...changes })).access_token;

  test('the challenge leads to metadata that names Clerk, and this server offers nothing of its own', async () => {
    const response = await fetch(stack.mcpUrl, { method: 'POST' });
    assert.equal(response.status, 401);
    const [, address] = /resource_metadata="([^"]+)"/.exec(response.headers.get('www-authenticate'));
    const metadata = await (await fetch(address)).json();
    assert.deepEqual(metadata.authorization_servers, [stack.clerk.url]);
    assert.equal(metadata.resource, stack.mcpUrl);
    for (const path of ['/.well-known/oauth-authorization-server', '/authorize', '/connections']) assert.equal((await fetch(origin + path)).status, 404);
    for (const path of ['/token', '/register', '/revoke']) assert.equal((await fetch(origin + path, { method: 'POST' })).status, 404);
  });

  for (const format of ['jwt', 'opaque']) {
    test(`an access token of Clerk's calls tools (${format})`, async () => {
      const me = await whoAmI(stack.mcpUrl, await issue({ format }));
      assert.equal(me.user_id, ada);
      assert.deepEqual(me.scopes, ['profile:read']);
    });
    test(`one for another server, for nobody, or that is over is refused (${format})`, async () => {
      for (const audience of [[], [origin], [`${stack.mcpUrl}/`], ['https://other.example.com/mcp']]) await refused(stack.mcpUrl, await issue({ format, audience }));
      const short = await issue({ format, lifetime_seconds: 1 });
      await stack.clerk.control('clock/advance', { seconds: 2 });
      if (format === 'opaque') await refused(stack.mcpUrl, short); // our clock has not moved: a JWT is still good by it
    });
  }

  test('a revoked opaque one is refused', async () => {
    const { id, access_token: token } = await stack.clerk.control('oauth_tokens', { user_id: ada, audience: [stack.mcpUrl], format: 'opaque' });
    await stack.clerk.control(`oauth_tokens/${id}/revoke`);
    await refused(stack.mcpUrl, token);
  });

  for (const format of ['jwt', 'opaque']) {
    test(`a banned user is refused, and the streams that they opened end at once (${format})`, async () => {
      const clerk = createClerkClient({ secretKey: stack.clerk.secretKey, publishableKey: stack.clerk.publishableKey, apiUrl: stack.clerk.url, telemetry: { disabled: true } });
      const token = await issue({ format, user_id: grace });
      const [ends, stays] = [await openSessionStream(stack.mcpUrl, token), await openSessionStream(stack.mcpUrl, await issue({ format }))];
      await stack.clerk.control(`users/${grace}/ban`);
      assert.equal(await ends.endsWithin(5_000), true);
      await refused(stack.mcpUrl, token);
      await clerk.users.unbanUser(grace);
      assert.equal((await whoAmI(stack.mcpUrl, await issue({ format, user_id: grace }))).user_id, grace);
      assert.equal(stays.ended, false);
      await stays.close();
    });
  }

  test('the answers that mean nothing are not taken for yes', async () => {
    for (const body of [{}, { active: false }, { object: 'clerk_idp_oauth_access_token', id: 'oat_1', subject: ada, client_id: 'c', scopes: [], aud: [stack.mcpUrl] }]) {
      await stack.clerk.control('faults', { match: '/oauth_applications/access_tokens/verify', status: 200, body, times: 1 });
      await refused(stack.mcpUrl, await issue({ format: 'opaque' }));
    }
  });

  test('a session token of the app is none, nor is a token of ours, an API key or a machine token', async () => {
    const sessions = await (await fetch(`${stack.clerk.url}/v1/sessions`, {
      method: 'POST', headers: { authorization: `Bearer ${stack.clerk.secretKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ user_id: ada }),
    })).json();
    const { jwt } = await (await fetch(`${stack.clerk.url}/v1/sessions/${sessions.id}/tokens`, { method: 'POST', headers: { authorization: `Bearer ${stack.clerk.secretKey}` } })).json();
    for (const token of [jwt, 'pat_x', 'ak_x', 'mt_x']) await refused(stack.mcpUrl, token);
  });
});
