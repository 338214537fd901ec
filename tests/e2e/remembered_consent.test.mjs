// Who does not want to be asked again is not, by whoever came by themselves; and everything that must have it asked again.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { parse } from 'node-html-parser';
import { Client, pkce } from '../harness/by_hand.mjs';
import { globex, memberOf, Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

let stack, origin;
before(async () => {
  stack = await startStack({ CLERK_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('base64')}` });
  origin = new URL(stack.mcpUrl).origin;
});
after(() => stack.endWell());

async function webClient(name) {
  const client = new Client(stack.mcpUrl);
  client.redirectUri = 'https://assistant.example/callback';
  return client.register(name);
}

// One request as a browser makes it for whoever types an address. fetch() would write Sec-Fetch-Mode itself.
async function navigate(person, url, changes = {}) {
  const headers = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', ...changes };
  for (const name of Object.keys(headers)) if (headers[name] === undefined) delete headers[name];
  const response = await new Promise((resolve, reject) =>
    request(url, { headers: { ...headers, cookie: person.jar.getCookieStringSync(String(url)) } }, resolve).on('error', reject).end());
  let html = '';
  for await (const piece of response) html += piece;
  for (const line of response.headers['set-cookie'] ?? []) await person.jar.setCookie(line, String(url));
  return { url: String(url), status: response.statusCode, location: response.headers.location, html, document: parse(html) };
}
const isPage = (answer) => answer.status === 200 && Boolean(Person.button(answer, /approve/i));
const isSignIn = (answer) => answer.status === 302 && answer.location.startsWith(`${stack.app.url}/auth/mcp?`);
const isAsked = async (person, client, changes) => {
  const answer = await navigate(person, client.authorizationUrl(pkce().challenge), changes);
  assert.notEqual(isPage(answer), isSignIn(answer), `${answer.status} ${answer.location}`);
  return isPage(answer);
};

async function connectAndRemember(person, client) {
  const { verifier, challenge } = pkce();
  const arrived = await person.goOn(await person.visit(client.authorizationUrl(challenge)), client.redirectUri, { tick: /do not ask me again/i });
  const response = await client.redeem(arrived.searchParams.get('code'), verifier);
  assert.equal(response.status, 200);
  return response.json();
}

test('a person who ticked the box is not asked again, and is as soon as something is different', async () => {
  const ada = new Person('Ada');
  const client = await webClient();
  await connectAndRemember(ada, client);

  const { verifier, challenge } = pkce();
  const away = await navigate(ada, client.authorizationUrl(challenge));
  assert.ok(isSignIn(away));
  const arrived = await ada.goOn(await ada.visit(away.location, { stopAt: client.redirectUri }), client.redirectUri);
  assert.equal(arrived.searchParams.get('iss'), origin);
  assert.equal((await client.redeem(arrived.searchParams.get('code'), verifier)).status, 200);

  assert.equal(await isAsked(ada, client, { 'sec-fetch-site': 'same-site' }), false);
  for (const changes of [
    { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': undefined }, { 'sec-fetch-dest': 'iframe' },
    { 'sec-fetch-site': undefined, 'sec-fetch-mode': undefined, 'sec-fetch-dest': undefined },
  ]) assert.equal(await isAsked(ada, client, changes), true, JSON.stringify(changes));
  const withPrompt = client.authorizationUrl(challenge);
  withPrompt.searchParams.set('prompt', 'consent');
  assert.ok(isPage(await navigate(ada, withPrompt)));
  assert.equal(await isAsked(ada, await webClient()), true, 'another client');
  assert.equal(await isAsked(new Person('Ada'), client), true, 'another browser');
});

test('somebody else who signs in at that browser is asked first, and their answer counts', async () => {
  const [ada, grace] = [new Person('Ada'), new Person('Grace')];
  const client = await webClient();
  await connectAndRemember(ada, client);
  const [cookie] = (await ada.jar.getCookies(origin)).filter(({ key }) => key.endsWith('postern_person'));
  await grace.jar.setCookie(cookie, origin);

  const { verifier, challenge } = pkce();
  const away = await navigate(grace, client.authorizationUrl(challenge));
  assert.ok(isSignIn(away));
  let page = await grace.visit(away.location, { stopAt: client.redirectUri });
  while (!isPage(page)) {
    assert.ok(!page.arrived, 'no code for somebody who has not agreed');
    page = await grace.press(page, grace.nextButton(page), { stopAt: client.redirectUri });
  }
  const arrived = await grace.goOn(page, client.redirectUri);
  const { access_token: token } = await (await client.redeem(arrived.searchParams.get('code'), verifier)).json();
  assert.notEqual((await client.call(token)).status, 401);
});

test('it is for the organization that was chosen: while another one is open there, that has to be confirmed', async () => {
  const katherine = new Person('Katherine', { choose: /globex/i });
  const client = await webClient();
  await connectAndRemember(katherine, client);
  const [cookie] = (await katherine.jar.getCookies(origin)).filter(({ key }) => key.endsWith('postern_person'));
  // From the address to what comes after the sign-in.
  const comeBack = async (person) => {
    await person.jar.setCookie(cookie, origin);
    const away = await navigate(person, client.authorizationUrl(pkce().challenge));
    assert.ok(isSignIn(away));
    const page = await person.visit(away.location, { stopAt: client.redirectUri });
    return person.press(page, person.nextButton(page), { stopAt: client.redirectUri });
  };
  const page = await comeBack(katherine);
  assert.equal(page.document.querySelector('input[name=organization][checked]').getAttribute('value'), globex);
  assert.ok((await katherine.goOn(page, client.redirectUri)).searchParams.get('code'));
  assert.ok((await comeBack(await memberOf(stack.clerk, 'Katherine', { organization: globex }))).arrived.searchParams.get('code'), 'nothing is asked');
  const atAcme = await memberOf(stack.clerk, 'Katherine');
  const other = await comeBack(atAcme);
  assert.ok(isPage(await atAcme.press(other, Person.button(other, /^connect$/i), { choose: /acme/i })), 'what it may do there was never asked');
});

test('for a program on this computer there is no such box', async () => {
  const client = await new Client(stack.mcpUrl).register();
  const page = await new Person('Ada').visit(client.authorizationUrl(pkce().challenge));
  assert.ok(isPage(page));
  assert.equal(page.document.querySelector('input[name=remember]'), null);
});

test('it is forgotten with the connection: at /connections, and when Clerk says that the session has ended', async () => {
  const katherine = new Person('Katherine');
  const client = await webClient('Disconnected');
  await connectAndRemember(katherine, client);
  const page = await katherine.upTo(`${origin}/connections`);
  assert.equal(await isAsked(katherine, client), false);
  await katherine.press(page, Person.button(page, /disconnect/i));
  assert.equal(await isAsked(katherine, client), true);

  await connectAndRemember(katherine, client);
  assert.equal(await isAsked(katherine, client), false);
  const { users } = await (await fetch(`${stack.clerk.url}/__emulator/state`)).json();
  const { id } = users.find(({ name }) => name.startsWith('Katherine'));
  const sessions = await (await fetch(`${stack.clerk.url}/v1/sessions?status=active&user_id=${id}`, { headers: { authorization: `Bearer ${stack.clerk.secretKey}` } })).json();
  for (const session of sessions) await stack.clerk.control(`sessions/${session.id}/end`);
  assert.equal(await isAsked(katherine, client), true);
});
