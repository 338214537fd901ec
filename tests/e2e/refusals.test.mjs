// What must not work, played by hand over HTTP against the running programs.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Assistant, modern } from '../harness/assistant.mjs';
import { Client, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

let stack;
let origin;
before(async () => { stack = await startStack(); origin = new URL(stack.mcpUrl).origin; });
after(() => stack.endWell());

const { redirectUri } = new Client('http://localhost/mcp');
const register = () => new Client(stack.mcpUrl).register();
// As the client of an assistant from npm would.
const refresh = ({ registration, tokens }) => Object.assign(new Client(stack.mcpUrl), { id: registration.client_id }).refresh(tokens.refresh_token);

async function codeFor(person, client, challenge) {
  const callback = await person.connect(client.authorizationUrl(challenge), redirectUri);
  assert.equal(callback.searchParams.get('state'), 'state-of-the-client');
  assert.equal(callback.searchParams.get('iss'), origin);
  return callback.searchParams.get('code');
}

test('a code works once; used twice it ends the connection it opened', async () => {
  const client = await register();
  const { verifier, challenge } = pkce();
  const code = await codeFor(new Person('Grace'), client, challenge);
  const first = await client.redeem(code, verifier);
  assert.equal(first.status, 200);
  const tokens = await first.json();
  const second = await client.redeem(code, verifier);
  assert.equal(second.status, 400);
  assert.equal((await second.json()).error, 'invalid_grant');
  const call = await client.call(tokens.access_token);
  assert.equal(call.status, 401, 'the token of a replayed code is dead');
});

test('64 redemptions of one code at once: exactly one wins', async () => {
  const client = await register();
  const { verifier, challenge } = pkce();
  const code = await codeFor(new Person('Grace'), client, challenge);
  const answers = await Promise.all(Array.from({ length: 64 }, () => client.redeem(code, verifier)));
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  assert.ok(answers.every((answer) => answer.status === 200 || answer.status === 400));
});

test('64 refreshes of one token at once: one successor, told to all', async () => {
  const client = await register();
  const tokens = await client.signIn(new Person('Grace'));
  const answers = await Promise.all(Array.from({ length: 64 }, () => client.refresh(tokens.refresh_token)));
  assert.ok(answers.every((answer) => answer.status === 200), answers.map((answer) => answer.status).join());
  const successors = new Set(await Promise.all(answers.map(async (answer) => (await answer.json()).refresh_token)));
  assert.equal(successors.size, 1);
});

test('a wrong verifier is refused, and the right one still works after it', async () => {
  const client = await register();
  const { verifier, challenge } = pkce();
  const code = await codeFor(new Person('Grace'), client, challenge);
  assert.equal((await (await client.redeem(code, pkce().verifier)).json()).error, 'invalid_grant');
  assert.equal((await (await client.redeem(code, verifier, { redirect_uri: 'http://127.0.0.1:33418/other' })).json()).error, 'invalid_grant');
  assert.equal((await client.redeem(code, verifier)).status, 200);
});

test('a code of one client is nothing to another', async () => {
  const client = await register();
  const other = await register();
  const { verifier, challenge } = pkce();
  const code = await codeFor(new Person('Grace'), client, challenge);
  assert.equal((await other.redeem(code, verifier)).status, 400);
});

test('an unknown client or a redirect URI that is not registered gets a page, never a redirect', async () => {
  const client = await register();
  const { challenge } = pkce();
  for (const changes of [
    { client_id: 'nobody' }, { redirect_uri: 'https://evil.example/' }, { redirect_uri: 'http://127.0.0.1:33418/callback/../x' },
    { redirect_uri: 'http://127.0.0.1.evil.example:33418/callback' }, { redirect_uri: `${redirectUri}#x` }, { redirect_uri: 'javascript:alert(1)' },
    { redirect_uri: undefined },
  ]) {
    const response = await fetch(client.authorizationUrl(challenge, changes), { redirect: 'manual' });
    assert.equal(response.status, 400, JSON.stringify(changes));
    assert.equal(response.headers.get('location'), null);
    assert.match(response.headers.get('content-type'), /text\/html/);
  }
});

test('PKCE cannot be left out or weakened', async () => {
  const client = await register();
  const { challenge } = pkce();
  for (const changes of [{ code_challenge: undefined }, { code_challenge_method: 'plain' }, { code_challenge_method: undefined }, { code_challenge: 'short' }]) {
    const response = await fetch(client.authorizationUrl(challenge, changes), { redirect: 'manual' });
    const location = new URL(response.headers.get('location'));
    assert.equal(location.searchParams.get('error'), 'invalid_request', JSON.stringify(changes));
    assert.equal(location.searchParams.get('iss'), origin);
    assert.equal(location.searchParams.get('code'), null);
  }
});

// Walks up to the app's page that posts the sign-in back, and stops there.
async function upToCallback(person, client, challenge) {
  let page = await person.visit(client.authorizationUrl(challenge));
  page = await person.press(page, Person.button(page, /approve/i));
  if (!page.html.includes('clerk_token')) page = await person.press(page, Person.button(page, new RegExp(person.name, 'i')));
  assert.ok(page.html.includes('clerk_token'), page.html);
  const input = (name) => page.document.querySelector(`input[name=${name}]`).getAttribute('value');
  return { page, token: input('clerk_token'), state: input('state') };
}

test('a sign-in that another browser finishes is refused (threat 10)', async () => {
  const client = await register();
  const { token, state } = await upToCallback(new Person('Grace'), client, pkce().challenge);
  const stranger = new Person('Mallory');
  const page = await stranger.visit(`${origin}/callback`, { form: { clerk_token: token, state } });
  assert.equal(page.status, 400);
  assert.doesNotMatch(page.html, /eyJ/);
});

test('a state we did not issue is refused', async () => {
  const person = new Person('Grace');
  const { token } = await upToCallback(person, await register(), pkce().challenge);
  const page = await person.visit(`${origin}/callback`, { form: { clerk_token: token, state: 'made-up' } });
  assert.equal(page.status, 400);
});

test('the callback works once', async () => {
  const person = new Person('Grace');
  const { page } = await upToCallback(person, await register(), pkce().challenge);
  const go = () => person.press(page, Person.button(page, /continue|connect/i), { stopAt: redirectUri });
  assert.ok(await person.goOn(await go(), redirectUri));
  assert.equal((await go()).status, 400);
});

test('a browser may bring its session token again for a second assistant; another browser may not bring it at all', async () => {
  const person = new Person('Grace');
  const first = await upToCallback(person, await register(), pkce().challenge);
  assert.ok(await person.goOn(first.page, redirectUri));
  assert.ok(await codeFor(person, await register(), pkce().challenge)); // within the seconds in which the app hands over the same token
  const thief = new Person('Katherine');
  const { page, state } = await upToCallback(thief, await register(), pkce().challenge);
  const form = page.document.querySelector('form');
  assert.equal((await thief.visit(form.getAttribute('action'), { form: { clerk_token: first.token, state } })).status, 400);
});

test('consent cannot be posted from another site, and a second click on Approve leads to the sign-in that the first began', async () => {
  const client = await register();
  const person = new Person('Grace');
  const page = await person.visit(client.authorizationUrl(pkce().challenge));
  const button = Person.button(page, /approve/i);
  const fields = Object.fromEntries(button.closest('form').querySelectorAll('input').map((each) => [each.getAttribute('name'), each.getAttribute('value')]));
  fields[button.getAttribute('name')] = button.getAttribute('value');
  const action = new URL(button.closest('form').getAttribute('action'), page.url);
  const cross = await person.request(action, { form: fields, headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } });
  assert.ok([400, 403].includes(cross.status));
  const handles = await person.visit(client.authorizationUrl(pkce().challenge));
  const approve = Person.button(handles, /approve/i);
  const once = await person.press(handles, approve);
  const twice = await person.press(handles, approve);
  assert.equal(twice.url, once.url);
  const signedIn = twice.html.includes('clerk_token') ? twice : await person.press(twice, Person.button(twice, /Grace/i));
  assert.ok(await person.goOn(signedIn, redirectUri));
  assert.equal((await person.press(handles, approve)).status, 400, 'nothing once the sign-in is done');
});

test('a query token at the callback is refused unless it is switched on', async () => {
  const person = new Person('Grace');
  const { token, state } = await upToCallback(person, await register(), pkce().challenge);
  const page = await person.visit(`${origin}/callback?${new URLSearchParams({ clerk_token: token, state })}`);
  assert.ok(page.status >= 400, String(page.status));
});

test('bearer tokens come in the header, once, and whole', async () => {
  const assistant = await new Assistant(stack.mcpUrl).connectAs(new Person('Grace'), modern);
  const token = assistant.tokens.access_token;
  const call = (url, headers) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{}' });
  assert.notEqual((await call(stack.mcpUrl, { authorization: `bearer ${token}` })).status, 401, 'the scheme is case-insensitive');
  assert.ok([400, 401].includes((await call(`${stack.mcpUrl}?access_token=${token}`, {})).status));
  assert.equal((await call(stack.mcpUrl, { authorization: `Bearer ${token.slice(0, -1)}` })).status, 401);
  assert.equal((await call(stack.mcpUrl, { authorization: `Bearer ${token}x` })).status, 401);
  assert.equal((await call(stack.mcpUrl, { authorization: `Basic ${token}` })).status, 401);
  await assistant.close();
});

test('when the Clerk session ends, tools say so and the refresh ends the connection', async () => {
  const assistant = await new Assistant(stack.mcpUrl).connectAs(new Person('Katherine'), modern);
  const me = (await assistant.client.callTool({ name: 'who_am_i', arguments: {} })).structuredContent;
  await stack.clerk.control(`sessions/${me.session_id}/end`);
  const refused = await refresh(assistant);
  assert.equal(refused.status, 400);
  assert.equal((await refused.json()).error, 'invalid_grant');
  const call = await fetch(stack.mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${assistant.tokens.access_token}` } });
  assert.equal(call.status, 401, 'the access token went with it');
  await assistant.close();
});

test('a banned user cannot sign in', async () => {
  const users = await (await fetch(`${stack.clerk.url}/v1/users`, { headers: { authorization: `Bearer ${stack.clerk.secretKey}` } })).json();
  const katherine = users.find((user) => user.first_name === 'Katherine');
  const person = new Person('Katherine');
  const { page } = await upToCallback(person, await register(), pkce().challenge);
  await stack.clerk.control(`users/${katherine.id}/ban`);
  const end = await person.press(page, Person.button(page, /continue|connect/i), { stopAt: redirectUri });
  assert.ok(!end.arrived || end.arrived.searchParams.get('error') === 'access_denied', 'no code for a banned user');
});

test('with Clerk down, a connection that stands keeps its tools that need no new token, and refresh says try later', async () => {
  const assistant = await new Assistant(stack.mcpUrl).connectAs(new Person('Ada'), modern);
  await stack.clerk.control('faults', { match: '/v1/', status: 500, times: 1000 });
  assert.match((await assistant.client.callTool({ name: 'who_am_i', arguments: {} })).structuredContent.user_id, /^user_/);
  const refused = await refresh(assistant);
  assert.equal(refused.status, 503);
  await stack.clerk.clearFaults();
  const later = await refresh(assistant);
  assert.equal(later.status, 200, 'the refresh token was not spent by the failure');
  await assistant.close();
});

test('with Clerk slow, whoever needs it waits, and nobody else', async () => {
  const assistant = await new Assistant(stack.mcpUrl).connectAs(new Person('Ada'), modern);
  await stack.clerk.control('faults', { match: '/v1/', delay_ms: 3000, times: 1000 });
  const took = async (name) => {
    const began = performance.now();
    const result = await assistant.client.callTool({ name, arguments: {} });
    assert.ok(!result.isError, `${name}: ${result.content[0]?.text}`);
    return performance.now() - began;
  };
  const [waited, passed_by] = await Promise.all([took('list_users'), took('who_am_i')]);
  assert.ok(waited >= 2900, `list_users needs a token of Clerk's, and came after ${waited} ms`);
  assert.ok(passed_by < waited, `who_am_i needs nothing of Clerk's, and took ${passed_by} ms, as long as what does`);
  await stack.clerk.clearFaults();
  await assistant.close();
});

test('with Clerk too slow, refresh and sign-in give up, say try later, and work again when Clerk does', async () => {
  const person = new Person('Grace');
  const assistant = await new Assistant(stack.mcpUrl).connectAs(person, modern);
  const { page } = await upToCallback(person, await register(), pkce().challenge);
  await stack.clerk.control('faults', { match: '/v1/', delay_ms: 60_000, times: 1000 });
  const began = performance.now();
  const [refused, end] = await Promise.all([refresh(assistant), person.press(page, Person.button(page, /continue|connect/i), { stopAt: redirectUri })]);
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get('retry-after')) > 0, 'it says when');
  assert.ok(!end.arrived?.searchParams.has('code'), 'no code without a look at the session');
  assert.ok(performance.now() - began < 40_000, 'nobody waits for ever');
  await stack.clerk.clearFaults();
  assert.equal((await refresh(assistant)).status, 200, 'the refresh token was not spent by the failure');
  await assistant.close();
});

test('with the app down, a tool says so and the server stays up', async () => {
  const assistant = await new Assistant(stack.mcpUrl).connectAs(new Person('Ada'), modern);
  await stack.app.stop();
  const result = await assistant.client.callTool({ name: 'list_users', arguments: {} });
  assert.equal(result.isError, true);
  assert.match(result.content[0].text, /could not be reached|unavailable|not answer/i);
  stack.app = await stack.startApp();
  assert.ok(!(await assistant.client.callTool({ name: 'list_users', arguments: {} })).isError);
  await assistant.close();
});

test('with CLERK_JWT_KEY a person signs in though the key set cannot be had', async () => {
  const { jwt_key } = await (await fetch(`${stack.clerk.url}/__emulator/state`)).json();
  const connect = () => new Assistant(stack.mcpUrl).connectAs(new Person('Ada'), modern);
  const restart = async (changes) => {
    await stack.server.stop();
    await rm(path.join(stack.folder, 'workerd', 'kv'), { recursive: true, force: true }); // Workers would have the key set there
    stack.server = await stack.startServer(changes);
  };
  await (await connect()).close(); // the app, at least, has its keys now
  await restart();
  await stack.clerk.control('faults', { match: '/.well-known/jwks', status: 500, times: 1000 });
  await assert.rejects(connect(), 'without it, the keys are needed');
  await restart({ CLERK_JWT_KEY: jwt_key.replaceAll('\n', '\\n') });
  const assistant = await connect();
  assert.match((await assistant.client.callTool({ name: 'who_am_i', arguments: {} })).structuredContent.user_id, /^user_/);
  await assistant.close();
  await stack.clerk.clearFaults();
  await restart();
});

test('connections survive a restart of the server', async () => {
  const assistant = await new Assistant(stack.mcpUrl).connectAs(new Person('Ada'), modern);
  assert.deepEqual(await stack.server.stop(), { code: 0, signal: null });
  stack.server = await stack.startServer();
  assert.match((await assistant.client.callTool({ name: 'who_am_i', arguments: {} })).structuredContent.user_id, /^user_/);
  await assistant.close();
});

// fetch() would resolve these itself before it sends them (WHATWG URL); a server must not (RFC 3986 sec. 6.2.2.3 is for
// whoever compares addresses).
test('a path is matched as it was sent: what a proxy could read in another way is refused', async () => {
  const { hostname: host, port } = new URL(origin);
  const ask = (target) => new Promise((resolve, reject) => {
    request({ host, port, path: target }, (response) => resolve(response.resume().statusCode)).on('error', reject).end();
  });
  assert.equal(await ask('/readyz'), 200);
  for (const target of ['/x/../readyz', '/./readyz', '/readyz/.', '//readyz', '/x/%2e%2e/readyz', '/x%2freadyz', '/readyz;x']) {
    assert.equal(await ask(target), 400, target);
  }
  for (const target of ['/%72eadyz', '/readyz/', '/READYZ']) assert.equal(await ask(target), 404, target);
});
