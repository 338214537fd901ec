// A real Express app with @clerk/express in front of the offline Clerk: who is let in, and the whole way of a browser
// from signed out to signed in, over HTTP and with cookies (clerk.md 4).
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, mock, test } from 'node:test';
import { clerkMiddleware, createClerkClient, getAuth } from '@clerk/express';
import express from 'express';
import { freePort, startClerk } from '../harness/stack.mjs';
import { Person } from '../harness/person.mjs';

let emulator, clerk, server, app;
const ada = 'user_AdaLovelace0000000000000001';

before(async () => {
  emulator = await startClerk();
  const options = { secretKey: emulator.secretKey, publishableKey: emulator.publishableKey, apiUrl: emulator.url, telemetry: { disabled: true } };
  clerk = createClerkClient(options);
  const port = await freePort();
  app = `http://localhost:${port}`;
  const shop = express();
  shop.use(clerkMiddleware({ clerkClient: clerk, ...options, proxyUrl: emulator.url }));
  shop.get('/who', (request, response) => {
    const { userId, sessionId, isAuthenticated, orgId, orgRole } = getAuth(request);
    response.json({ userId, sessionId, isAuthenticated, orgId, orgRole });
  });
  shop.get('/template', async (request, response) => {
    response.json({ jwt: await getAuth(request).getToken({ template: 'postern' }) });
  });
  server = shop.listen(port, '127.0.0.1');
});
beforeEach(() => emulator.control('reset'));
afterEach(() => mock.timers.reset());
after(async () => {
  server.close();
  server.closeAllConnections();
  await emulator.stop();
});

async function ask(token, path = '/who') {
  const response = await fetch(app + path, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  return { reason: response.headers.get('x-clerk-auth-reason'), status: response.headers.get('x-clerk-auth-status'), body: await response.json() };
}
const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));

test('nobody', async () => {
  const { body, status } = await ask();
  assert.equal(body.isAuthenticated, false);
  assert.equal(status, 'signed-out');
});

test('a bearer token of a session', async () => {
  const session = await clerk.sessions.createSession({ userId: ada, activeOrganizationId: 'org_Acme00000000000000000000001' });
  const { body, status } = await ask((await clerk.sessions.getToken(session.id)).jwt);
  assert.deepEqual(body, { userId: ada, sessionId: session.id, isAuthenticated: true, orgId: 'org_Acme00000000000000000000001', orgRole: 'org:admin' });
  assert.equal(status, null);
});

test('getToken({ template }) mints for the session of the request', async () => {
  const session = await clerk.sessions.createSession({ userId: ada });
  const { body } = await ask((await clerk.sessions.getToken(session.id)).jwt, '/template');
  assert.equal(claimsOf(body.jwt).aud, 'acme-app');
  assert.equal(claimsOf(body.jwt).name, 'Ada Lovelace');
});

test('a template token is no session', async () => {
  const session = await clerk.sessions.createSession({ userId: ada });
  const { body, reason } = await ask((await clerk.sessions.getToken(session.id, 'postern')).jwt);
  assert.equal(body.isAuthenticated, false);
  assert.equal(reason, 'token-type-mismatch');
});

test('a pending session is signed out', async () => {
  const session = await clerk.sessions.createSession({ userId: ada });
  await emulator.control(`sessions/${session.id}/status`, { status: 'pending' });
  assert.equal((await ask((await clerk.sessions.getToken(session.id)).jwt)).body.isAuthenticated, false);
});

// Both clocks go on: the emulator's, and the one that the SDK in this process sees.
async function wait(seconds) {
  await emulator.control('clock/advance', { seconds });
  mock.timers.enable({ apis: ['Date'], now: Date.now() + seconds * 1000 });
}

test('a token is refused after its minute, and a bent or early one at once', async () => {
  const session = await clerk.sessions.createSession({ userId: ada });
  const { jwt } = await clerk.sessions.getToken(session.id);
  assert.equal((await ask(`${jwt.slice(0, -6)}AAAAAA`)).reason, 'token-invalid-signature');
  await wait(70);
  assert.match((await ask(jwt)).reason, /^session-token-expired/);
  mock.timers.reset();
  assert.equal((await ask((await clerk.sessions.getToken(session.id)).jwt)).reason, 'session-token-nbf');
});

// --- a browser --------------------------------------------------------------------------------------------------------

// Signs in where the app's pages would have sent the person.
async function signIn(person, name = /Ada/) {
  const page = await person.visit(`${emulator.url}/sign-in?redirect_url=${encodeURIComponent(`${app}/who`)}`);
  return person.press(page, Person.button(page, name));
}
const who = (page) => JSON.parse(page.html);

test('a browser that was never here shakes hands, and is told that it is signed out', async () => {
  const person = new Person('Ada');
  const first = await person.request(`${app}/who`);
  assert.equal(first.status, 307);
  assert.ok(first.headers.get('location').startsWith(`${emulator.url}/v1/client/handshake?`), first.headers.get('location'));
  const page = await person.visit(`${app}/who`);
  assert.equal(page.url, `${app}/who`);
  assert.equal(who(page).isAuthenticated, false);
});

test('one click signs in, by handshake, and it lasts', async () => {
  const person = new Person('Ada');
  const page = await signIn(person);
  assert.equal(page.url, `${app}/who`);
  assert.equal(who(page).userId, ada);
  assert.equal(who(await person.visit(`${app}/who`)).userId, ada);
  const cookies = await person.jar.getCookies(app);
  const session = cookies.find((cookie) => cookie.key === '__session');
  assert.equal(claimsOf(session.value).azp, app);
});

test('an expired cookie is renewed on the way, without a redirect', async () => {
  const person = new Person('Ada');
  await signIn(person);
  const old = (await person.jar.getCookies(app)).find((cookie) => cookie.key === '__session').value;
  await wait(120);
  const response = await person.request(`${app}/who`);
  assert.equal(response.status, 200);
  assert.equal((await response.json()).userId, ada);
  assert.notEqual((await person.jar.getCookies(app)).find((cookie) => cookie.key === '__session').value, old);
  const { calls } = await (await fetch(`${emulator.url}/__emulator/calls`)).json();
  assert.ok(calls.some((call) => call.path.endsWith('/refresh') && call.status === 200));
});

test('without a refresh token it is renewed by handshake', async () => {
  const person = new Person('Ada');
  await signIn(person);
  await wait(120);
  for (const cookie of await person.jar.getCookies(app)) {
    if (cookie.key.startsWith('__refresh_')) await person.jar.setCookie(`${cookie.key}=; Max-Age=0; Path=/`, app);
  }
  assert.equal((await person.request(`${app}/who`)).status, 307);
  assert.equal(who(await person.visit(`${app}/who`)).userId, ada);
});

test('who is banned is signed out at the next handshake, and cannot come back', async () => {
  const person = new Person('Ada');
  await signIn(person);
  await emulator.control(`users/${ada}/ban`);
  await person.jar.removeAllCookies();
  assert.equal(who(await person.visit(`${app}/who`)).isAuthenticated, false);
  const page = await person.visit(`${emulator.url}/sign-in`);
  assert.ok(Person.button(page, /Ada/).hasAttribute('disabled'));
});

test('signing out at Clerk reaches the app', async () => {
  const person = new Person('Ada');
  await signIn(person);
  const page = await person.visit(`${emulator.url}/sign-out?redirect_url=${encodeURIComponent(`${app}/who`)}`);
  const back = await person.press(page, Person.button(page, /sign out/i));
  assert.equal(who(back).isAuthenticated, false);
});
