// Tokens for programs, made and judged by the real @clerk/backend (clerk.md 3.9, 3.10, 4.2).
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createClerkClient } from '@clerk/backend';
import { isClerkAPIResponseError } from '@clerk/shared/error';
import { startClerk } from '../harness/stack.mjs';

const ada = 'user_AdaLovelace0000000000000001';
const callerKey = 'ak_offline_machine_caller';
const serverKey = 'ak_offline_machine_server';
let emulator, clerk;

before(async () => {
  emulator = await startClerk();
  clerk = createClerkClient({ secretKey: emulator.secretKey, publishableKey: emulator.publishableKey, apiUrl: emulator.url, telemetry: { disabled: true } });
});
beforeEach(() => emulator.control('reset'));
after(() => emulator.stop());

const fails = (promise, status) => assert.rejects(promise, (error) => isClerkAPIResponseError(error) && error.status === status);
// What the SDK makes of a request with this token.
const judge = (token, acceptsToken) => clerk.authenticateRequest(
  new Request('http://localhost/', { headers: { authorization: `Bearer ${token}` } }), { acceptsToken });

test('API keys are created, listed, verified, revoked and deleted', async () => {
  const key = await clerk.apiKeys.create({ name: 'ci', subject: ada, scopes: ['orders:read'], claims: { team: 'a' }, secondsUntilExpiration: 60 });
  assert.match(key.id, /^ak_[0-9a-f]{32}$/);
  assert.match(key.secret, /^ak_/);
  const verified = await clerk.apiKeys.verify(key.secret);
  assert.deepEqual([verified.id, verified.subject, verified.scopes, verified.claims, verified.revoked, verified.expired], [key.id, ada, ['orders:read'], { team: 'a' }, false, false]);
  assert.ok(Math.abs(verified.expiration - Date.now() - 60_000) < 10_000, 'milliseconds');
  assert.equal((await clerk.apiKeys.list({ subject: ada })).totalCount, 1);
  assert.equal((await clerk.apiKeys.get(key.id)).secret, undefined);
  assert.equal((await clerk.apiKeys.revoke({ apiKeyId: key.id, revocationReason: 'leaked' })).revocationReason, 'leaked');
  assert.equal((await clerk.apiKeys.verify(key.secret)).revoked, true, '200, and says that it is over');
  assert.equal((await clerk.apiKeys.delete(key.id)).deleted, true);
  await fails(clerk.apiKeys.verify(key.secret), 404);
});

test('machine tokens are made by one machine and verified by the one they are for, opaque and as JWT', async () => {
  const opaque = await clerk.m2m.createToken({ machineSecretKey: callerKey, claims: { scope: 'orders:read' }, secondsUntilExpiration: 60 });
  assert.match(opaque.token, /^mt_/);
  const verified = await clerk.m2m.verify({ token: opaque.token, machineSecretKey: serverKey });
  assert.match(verified.subject, /^mch_Caller/);
  assert.match(verified.scopes[0], /^mch_Server/);
  assert.deepEqual(verified.claims, { scope: 'orders:read' });
  await fails(clerk.m2m.verify({ token: opaque.token, machineSecretKey: callerKey }), 404);
  await fails(clerk.m2m.verify({ token: opaque.token, machineSecretKey: 'ak_nobody' }), 401);
  assert.equal((await clerk.m2m.revokeToken({ m2mTokenId: opaque.id, machineSecretKey: callerKey })).revoked, true);

  const jwt = await clerk.m2m.createToken({ machineSecretKey: callerKey, tokenFormat: 'jwt', secondsUntilExpiration: 60 });
  const read = await clerk.m2m.verify({ token: jwt.token });
  assert.deepEqual([read.id, read.subject, read.scopes, read.expired], [jwt.id, verified.subject, verified.scopes, false]);
});

test('OAuth access tokens verify in both formats, with their audience', async () => {
  const audience = 'https://mcp.example.com/mcp';
  for (const format of ['jwt', 'opaque']) {
    const issued = await emulator.control('oauth_tokens', { user_id: ada, scopes: ['orders:read'], audience: [audience], format });
    const token = await clerk.idPOAuthAccessToken.verify(issued.access_token, { audience });
    assert.deepEqual([token.id, token.subject, token.scopes, token.aud], [issued.id, ada, ['orders:read'], [audience]]);
    await assert.rejects(clerk.idPOAuthAccessToken.verify(issued.access_token, { audience: 'https://other.example.com' }));
  }
});

test('authenticateRequest tells the kinds apart, and takes none for a session', async () => {
  const issue = (format) => emulator.control('oauth_tokens', { user_id: ada, audience: ['x'], format }).then((each) => each.access_token);
  const tokens = {
    api_key: [(await clerk.apiKeys.create({ name: 'ci', subject: ada })).secret],
    m2m_token: [(await clerk.m2m.createToken({ machineSecretKey: callerKey })).token],
    oauth_token: [await issue('opaque'), await issue('jwt')],
  };
  for (const [kind, each] of Object.entries(tokens)) {
    for (const token of each) {
      const state = await judge(token, kind);
      assert.equal(state.isAuthenticated, true, `${kind}: ${state.reason} ${state.message}`);
      assert.equal(state.toAuth().tokenType, kind);
      assert.equal((await judge(token, 'session_token')).isAuthenticated, false);
    }
  }
  assert.equal((await judge('ak_unknown', 'api_key')).isAuthenticated, false);
});
