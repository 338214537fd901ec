// What people do about the assistants they have connected: on our page, and on the app's own by its API.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Assistant, modern } from '../harness/assistant.mjs';
import { Client, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

let stack, origin;
before(async () => {
  stack = await startStack();
  origin = new URL(stack.mcpUrl).origin;
});
after(() => stack.endWell());

async function connect(person, name) {
  const client = await new Client(stack.mcpUrl).register(name);
  const { verifier, challenge } = pkce();
  const tokens = await (await client.redeem(await client.codeFrom(person, challenge), verifier)).json();
  return { client, ...tokens };
}
const stands = async ({ client, access_token: token }) => (await client.call(token)).status !== 401;

// The list of this person's assistants, signing in on the way.
async function openList(person) {
  const page = await person.upTo(`${origin}/connections`);
  assert.equal(page.status, 200);
  return page;
}
const names = (page) => page.document.querySelectorAll('section h2').map((each) => each.text);
const buttonOf = (page, name) => page.document.querySelectorAll('section').find((each) => each.text.includes(name)).querySelector('button');

// The session token that the app's page gets for its user, as Clerk's script would hand it over.
async function sessionToken(person) {
  const query = new URLSearchParams({ state: 'x', callback_url: `${origin}/callback`, client_name: 'Settings' });
  let page = await person.visit(`${stack.app.url}/auth/mcp?${query}`);
  if (!page.html.includes('clerk_token')) page = await person.press(page, person.nextButton(page));
  return page.document.querySelector('input[name=clerk_token]').getAttribute('value');
}
const api = (method, token, id = '') => fetch(`${origin}/api/connections${id && `/${id}`}`, { method, headers: token && { authorization: `Bearer ${token}` } });

test('a person signs in, sees the assistants, and disconnects one: it is refused at once, the other goes on', async () => {
  const ada = new Person('Ada');
  const [one, other] = [await connect(ada, 'First <Assistant>'), await connect(ada, 'Second Assistant')];
  await connect(new Person('Grace'), "Grace's");
  const page = await openList(ada);
  assert.deepEqual(names(page), ['“Second Assistant”', '“First <Assistant>”']);
  assert.ok(page.html.includes('First &lt;Assistant&gt;'), 'its name is only text');
  assert.match(page.document.text, /see your orders|orders/i);
  assert.equal(page.document.querySelectorAll('script').length, 0);
  const rest = await ada.press(page, buttonOf(page, 'First'));
  assert.deepEqual(names(rest), ['“Second Assistant”']);
  assert.equal(await stands(one), false);
  assert.equal((await one.client.refresh(one.refresh_token)).status, 400);
  assert.equal(await stands(other), true);
});

test('all are disconnected by one button, and a real client is told to connect again', async () => {
  const grace = new Person('Grace');
  const assistant = await new Assistant(stack.mcpUrl).connectAs(grace, modern);
  const other = await connect(grace, 'Another');
  const page = await openList(grace);
  const empty = await grace.press(page, Person.button(page, /all/));
  assert.deepEqual(names(empty), []);
  assert.match(empty.document.text, /No assistant is connected/);
  assert.equal(await stands(other), false);
  await assert.rejects(assistant.client.callTool({ name: 'who_am_i', arguments: {} }));
  await assistant.close();
});

test('the page is nobody else’s: a browser without the cookie signs in, a stolen form does nothing', async () => {
  const ada = new Person('Ada');
  const connection = await connect(ada, 'Kept');
  const page = await openList(ada);
  const [token, id] = ['token', 'connection'].map((name) => page.document.querySelector(`input[name=${name}]`).getAttribute('value'));
  const form = { token, connection: id };
  const sameOrigin = { origin, 'sec-fetch-site': 'same-origin' };
  assert.equal((await new Person('Mallory').request(`${origin}/connections/disconnect`, { form, headers: sameOrigin })).status, 400);
  const katherine = new Person('Katherine');
  await openList(katherine);
  assert.equal((await katherine.request(`${origin}/connections/disconnect`, { form, headers: sameOrigin })).status, 400);
  assert.equal((await ada.request(`${origin}/connections/disconnect`, { form, headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } })).status, 400);
  assert.equal(await stands(connection), true);
});

test('once the Clerk session is over the page asks to sign in again', async () => {
  const person = new Person('Katherine');
  await openList(person);
  const { users } = await (await fetch(`${stack.clerk.url}/__emulator/state`)).json();
  const { id } = users.find((user) => user.name.startsWith('Katherine'));
  const sessions = await (await fetch(`${stack.clerk.url}/v1/sessions?status=active&user_id=${id}`, { headers: { authorization: `Bearer ${stack.clerk.secretKey}` } })).json();
  for (const session of sessions) await stack.clerk.control(`sessions/${session.id}/end`);
  const response = await person.request(`${origin}/connections`);
  assert.equal(response.status, 302);
  assert.ok(response.headers.get('location').startsWith(`${stack.app.url}/auth/mcp?`));
});

test("the app's own settings page does the same with its user's session token", async () => {
  const grace = new Person('Grace');
  const [one, other] = [await connect(grace, 'By the app'), await connect(grace, 'Kept by the app')];
  const token = await sessionToken(grace);
  const listed = await api('GET', token);
  assert.equal(listed.status, 200);
  assert.equal(listed.headers.get('access-control-allow-origin'), '*');
  const { connections } = await listed.json();
  assert.deepEqual(connections.map((each) => each.client_name), ['Kept by the app', 'By the app']);
  const [, { id, client_id: clientId, scopes, connected_at: connectedAt, last_used_at: lastUsedAt }] = connections;
  assert.equal(clientId, one.client.id);
  assert.ok(scopes.length > 0 && connectedAt <= lastUsedAt && lastUsedAt <= Date.now());

  assert.equal((await api('DELETE', await sessionToken(new Person('Ada')), id)).status, 404, 'an id is no permission');
  assert.equal(await stands(one), true);
  assert.equal((await api('DELETE', token, id)).status, 204);
  assert.equal(await stands(one), false);
  assert.equal(await stands(other), true);
  assert.equal((await api('DELETE', token)).status, 204);
  assert.equal(await stands(other), false);
});

test('the API takes session tokens of the app and nothing else, and browsers may ask across origins', async () => {
  const connection = await connect(new Person('Ada'), 'Its own token');
  for (const token of [undefined, 'x', connection.access_token, connection.refresh_token]) {
    const response = await api('GET', token);
    assert.equal(response.status, 401);
    assert.doesNotMatch(await response.text(), /Its own token/);
  }
  const preflight = await fetch(`${origin}/api/connections/x`, {
    method: 'OPTIONS', headers: { origin: stack.app.url, 'access-control-request-method': 'DELETE', 'access-control-request-headers': 'authorization' },
  });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get('access-control-allow-methods'), /DELETE/);
  assert.match(preflight.headers.get('access-control-allow-headers'), /authorization/);
});
