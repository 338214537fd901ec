// verifyToken of @clerk/backend over tokens of the offline Clerk, by JWKS and by PEM, and over tokens that its key signed
// but that are wrong: the matrix of clerk.md 2.4.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createClerkClient, verifyToken } from '@clerk/backend';
import { SignJWT, importPKCS8 } from 'jose';
import { Program, freePort, publishableKey, secretKey } from '../harness/stack.mjs';

let folder, emulator, clerk, jwtKey, kid, privateKey;
const ada = 'user_AdaLovelace0000000000000001';
const sources = { JWKS: () => ({ secretKey, apiUrl: emulator.url, skipJwksCache: true }), PEM: () => ({ jwtKey }) };
const now = () => Math.floor(Date.now() / 1000);

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postern-fidelity-'));
  const port = await freePort();
  const keyFile = path.join(folder, 'key.pem');
  emulator = await new Program('offline Clerk', 'framework/emulators/clerk/clerk-emulator', ['--port', String(port), '--state', keyFile],
    { CLERK_SECRET_KEY: secretKey }, `http://127.0.0.1:${port}`).ready('/.well-known/jwks.json');
  clerk = createClerkClient({ secretKey, publishableKey: publishableKey(port), apiUrl: emulator.url, telemetry: { disabled: true } });
  privateKey = await importPKCS8(await readFile(keyFile, 'utf8'), 'RS256');
  jwtKey = (await (await fetch(`${emulator.url}/__emulator/state`)).json()).jwt_key;
  kid = (await (await fetch(`${emulator.url}/.well-known/jwks.json`)).json()).keys[0].kid;
});
after(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
});

for (const [name, options] of Object.entries(sources)) {
  test(`session and template tokens verify by ${name}`, async () => {
    const session = await clerk.sessions.createSession({ userId: ada, activeOrganizationId: 'org_Acme00000000000000000000001' });
    const claims = await verifyToken((await clerk.sessions.getToken(session.id)).jwt, { ...options(), issuer: emulator.url });
    assert.equal(claims.sub, ada);
    assert.equal(claims.sid, session.id);
    assert.equal(claims.iss, emulator.url);
    assert.equal(claims.exp - claims.iat, 60);
    assert.equal(claims.v, 2);
    assert.deepEqual(claims.o, { id: 'org_Acme00000000000000000000001', slg: 'acme', rol: 'admin' });
    const template = await verifyToken((await clerk.sessions.getToken(session.id, 'postern')).jwt, { ...options(), audience: 'acme-app' });
    assert.equal(template.aud, 'acme-app');
    assert.equal(template.sid, undefined);
  });

  const good = () => ({ iss: emulator.url, sub: ada, sid: 'sess_x', azp: 'http://localhost:8789', iat: now(), nbf: now() - 10, exp: now() + 60 });
  const sign = (claims, header = {}) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, ...header }).sign(privateKey);
  const rows = [
    ['as it should be', () => sign(good()), null],
    ['without typ', () => sign(good(), { typ: undefined }), null],
    ['expired within the skew', () => sign({ ...good(), exp: now() - 3 }), null],
    ['expired', () => sign({ ...good(), exp: now() - 7 }), 'token-expired'],
    ['not yet, within the skew', () => sign({ ...good(), nbf: now() + 3 }), null],
    ['not yet', () => sign({ ...good(), nbf: now() + 8 }), 'token-not-active-yet'],
    ['of the future', () => sign({ ...good(), iat: now() + 8 }), 'token-iat-in-the-future'],
    ['of another type', () => sign(good(), { typ: 'at+jwt' }), 'token-invalid'],
    ['of a machine', () => sign(good(), { cat: 'cl_B7d4PD333AAA' }), 'token-invalid'],
    ['of another party', () => sign({ ...good(), azp: 'http://localhost:1' }), 'token-invalid-authorized-parties'],
    ['of another audience', () => sign({ ...good(), aud: 'other' }), 'token-verification-failed'],
    ['of nobody', () => sign({ ...good(), sub: undefined }), 'token-verification-failed'],
    ['bent', async () => (await sign(good())).slice(0, -6) + 'AAAAAA', 'token-invalid-signature'],
    ['in two parts', () => 'a.b', 'token-invalid'],
  ];
  for (const [what, make, reason] of rows) {
    test(`a token ${what} (${name})`, async () => {
      const verified = verifyToken(await make(), { ...options(), authorizedParties: ['http://localhost:8789'], audience: 'acme-app' });
      if (reason) await assert.rejects(verified, { reason });
      else assert.equal((await verified).sub, ada);
    });
  }
}

test('a rotated key is found by its kid, and the old one is no longer published', async () => {
  const session = await clerk.sessions.createSession({ userId: ada });
  await fetch(`${emulator.url}/__emulator/rotate-key`, { method: 'POST' });
  assert.equal((await verifyToken((await clerk.sessions.getToken(session.id)).jwt, sources.JWKS())).sub, ada);
  // The SDK itself goes on trusting a withdrawn key for a while (clerk.md 1.3), so look at what it is given.
  const { keys } = await (await fetch(`${emulator.url}/.well-known/jwks.json`)).json();
  assert.equal(keys.length, 1);
  assert.notEqual(keys[0].kid, kid);
});
