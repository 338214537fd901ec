// The modes besides bridge, with real clients: people who sign in at Clerk itself, assistants that get their tokens from
// Clerk, and a server that finds out which of these it is.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Assistant, legacy, modern } from '../harness/assistant.mjs';
import { Client, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { freePort, oauthClient, startStack } from '../harness/stack.mjs';

const ada = 'user_AdaLovelace0000000000000001';
const place = (page) => new URL(page.url).origin + new URL(page.url).pathname;

function filesOf(folder) {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(file).isDirectory() ? filesOf(file) : [file];
  });
}
const backend = async (stack, method, where, body) => (await stack.clerk.api(method, `/${where}`, body)).json();

describe('AUTH_MODE=clerk-login', () => {
  let stack, origin;
  before(async () => {
    stack = await startStack({ AUTH_MODE: 'clerk-login', ...oauthClient });
    origin = new URL(stack.mcpUrl).origin;
  });
  after(() => stack.endWell());

  // Approves here and signs in at Clerk; gives the callback that the browser would call next.
  async function comeBack(person) {
    const client = await new Client(stack.mcpUrl).register();
    const { challenge } = pkce();
    return { client, callback: await person.connect(client.authorizationUrl(challenge), `${origin}/callback`) };
  }
  const sessions = async () => (await (await fetch(`${stack.clerk.url}/__emulator/state`)).json()).sessions;

  for (const era of [modern, legacy]) {
    test(`a client of ${era.name} connects, its person signs in at Clerk, and tools call the app as that person`, async () => {
      const pages = [];
      const assistant = await new Assistant(stack.mcpUrl).connectAs(new Person('Ada', { onPage: (page) => pages.push(page) }), era);
      assert.deepEqual(pages.map(place), [`${origin}/authorize`, `${stack.clerk.url}/sign-in`, `${origin}/authorize/organization`], 'our consent page first, then for which organization, and no page of the app');
      const me = await assistant.client.callTool({ name: 'who_am_i', arguments: {} });
      assert.equal(me.structuredContent.user_id, ada);
      const found = await assistant.client.callTool({ name: 'search_orders', arguments: { status: 'open', limit: 1 } });
      assert.equal(found.structuredContent.orders.length, 1, found.content[0].text);
      await assistant.close();
    });
  }

  test('in a real browser the cookie is there when it comes back from Clerk', async () => {
    const client = new Client(stack.mcpUrl);
    const port = await freePort();
    client.redirectUri = `http://127.0.0.1:${port}/callback`;
    const listener = createServer((request, response) => response.setHeader('content-type', 'text/html').end('<p>You may close this window.')).listen(port, '127.0.0.1');
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
    try {
      await client.register();
      const { verifier, challenge } = pkce();
      const page = await (await browser.newContext()).newPage();
      await page.goto(client.authorizationUrl(challenge).href);
      await page.getByRole('button', { name: /approve|allow/i }).click();
      await page.waitForURL(/sign-in/);
      await page.getByRole('button', { name: /Ada/ }).click();
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.waitForURL(`${client.redirectUri}**`);
      const code = new URL(page.url()).searchParams.get('code');
      assert.equal((await client.redeem(code, verifier)).status, 200);
    } finally {
      await browser.close();
      listener.close();
    }
  });

  test('what comes back is for the browser that went, once', async () => {
    const person = new Person('Ada');
    const { client, callback } = await comeBack(person);
    assert.deepEqual([...callback.searchParams.keys()], ['code', 'state', 'iss']);
    assert.equal((await new Person('Eve').visit(callback)).status, 400, 'another browser');
    assert.ok((await person.goOn(await person.visit(callback), client.redirectUri)).searchParams.get('code'));
    assert.equal((await person.visit(callback)).status, 400, 'a second time');
  });

  test('a code of another sign-in, an issuer of another name, and none at all sign nobody in', async () => {
    const change = async (edit) => {
      const person = new Person('Ada');
      const { callback } = await comeBack(person);
      const other = (await comeBack(new Person('Grace'))).callback;
      edit(callback.searchParams, other.searchParams);
      const page = await person.visit(callback);
      assert.equal(page.status, 400, page.html);
      assert.match(page.html, /could not be confirmed/);
    };
    await change((mine, other) => mine.set('code', other.get('code')));
    await change((mine) => mine.set('iss', 'https://other.example.com'));
    await change((mine) => mine.delete('code'));
    await change((mine) => mine.set('code', 'clk_code_invented'));
    await change((mine) => mine.set('error', 'access_denied'));
  });

  test('the connection lives in the session that the person was using, and ends with it', async () => {
    const person = new Person('Katherine');
    const client = await new Client(stack.mcpUrl).register();
    const { verifier, challenge } = pkce();
    const code = await client.codeFrom(person, challenge);
    const tokens = await (await client.redeem(code, verifier)).json();
    const fresh = await client.refresh(tokens.refresh_token);
    assert.equal(fresh.status, 200);
    const [mine] = (await sessions()).filter((each) => each.user_id === 'user_KatherineJohnson00000000003' && each.status === 'active');
    await stack.clerk.control(`sessions/${mine.id}/end`);
    const refused = await client.refresh((await fresh.json()).refresh_token);
    assert.equal(refused.status, 400);
    assert.equal((await refused.json()).error, 'invalid_grant');
  });

  test('a banned user does not come in', async () => {
    const user = await backend(stack, 'POST', 'users', { first_name: 'Mallory', email_address: ['mallory@acme.test'], skip_password_requirement: true });
    const person = new Person('Mallory');
    const { callback } = await comeBack(person);
    await stack.clerk.control(`users/${user.id}/ban`);
    assert.equal((await person.visit(callback)).status, 400);
  });

  test('while Clerk does not answer nobody comes in, and nobody is told that they may not', async () => {
    for (const match of ['POST /oauth/token', 'GET /v1/sessions']) {
      const person = new Person('Ada');
      const { callback } = await comeBack(person);
      await stack.clerk.control('faults', { match, status: 503, times: 10 });
      const page = await person.visit(callback);
      assert.equal(page.status, 503, match);
      assert.match(page.html, /Not just now/);
      await stack.clerk.clearFaults();
    }
  });

  test('Clerk asking as well is one page more, and a no there is a no', async () => {
    const [application] = (await backend(stack, 'GET', `oauth_applications?name_query=${oauthClient.CLERK_OAUTH_CLIENT_ID}`)).data;
    await backend(stack, 'PATCH', `oauth_applications/${application.id}`, { consent_screen_enabled: true });
    const pages = [];
    const person = new Person('Ada', { onPage: (page) => pages.push(place(page)) });
    const { callback } = await comeBack(person);
    assert.deepEqual(pages, [`${origin}/authorize`, `${stack.clerk.url}/sign-in`, `${stack.clerk.url}/oauth/authorize`]);
    assert.ok(callback.searchParams.get('code'));
    const no = new Person('Ada');
    no.nextButton = (page) => (place(page).startsWith(stack.clerk.url) && Person.button(page, /deny/i)) || Person.prototype.nextButton.call(no, page);
    const denied = (await comeBack(no)).callback;
    assert.equal(denied.searchParams.get('error'), 'access_denied');
    assert.match((await no.visit(denied)).html, /could not be confirmed/);
    await backend(stack, 'PATCH', `oauth_applications/${application.id}`, { consent_screen_enabled: false });
  });

  test('people see their assistants, signed in the same way', async () => {
    const person = new Person('Ada');
    const signIn = await person.visit(`${origin}/connections`);
    assert.ok(signIn.url.startsWith(`${stack.clerk.url}/sign-in`));
    const page = await person.press(signIn, Person.button(signIn, /Ada/));
    assert.equal(place(page), `${origin}/connections`);
    assert.match(page.html, /Example Assistant/);
  });

  test('nothing that Clerk issued is in a log or was stored', () => {
    const kept = filesOf(stack.folder).map((file) => readFileSync(file, 'latin1'));
    assert.ok(kept.some((text) => text.includes(ada)), 'the grants are there to be looked at');
    for (const secret of [/clk_code_/, /clk_refresh_/, /oat_[\w-]{30}/, /eyJ[\w-]{20,}\.eyJ/, /offline_secret_of/]) {
      assert.doesNotMatch(stack.server.log, secret);
      for (const text of kept) assert.doesNotMatch(text, secret);
    }
  });
});

describe('AUTH_MODE=clerk', () => {
  let stack;
  before(async () => { stack = await startStack({ AUTH_MODE: 'clerk' }); });
  after(() => stack.endWell());

  for (const era of [modern, legacy]) {
    test(`a client of ${era.name} registers, signs in and is asked at Clerk, and refreshes there`, async () => {
      const pages = [];
      const assistant = await new Assistant(stack.mcpUrl, { clientName: `Assistant ${era.name}` })
        .connectAs(new Person('Ada', { onPage: (page) => pages.push(page) }), era);
      assert.deepEqual(pages.map(place), [`${stack.clerk.url}/sign-in`, `${stack.clerk.url}/oauth/authorize`]);
      assert.ok(pages[1].html.includes(`Assistant ${era.name}`));
      const me = (await assistant.client.callTool({ name: 'who_am_i', arguments: {} })).structuredContent;
      assert.equal(me.user_id, ada);
      assert.ok(me.scopes.includes('profile:read'), `${me.scopes}`);
      const found = await assistant.client.callTool({ name: 'search_orders', arguments: { status: 'open', limit: 1 } });
      assert.equal(found.structuredContent?.orders.length, 1, found.content[0].text);
      const { access_token: first, refresh_token: token } = assistant.tokens;
      const fresh = await (await fetch(`${stack.clerk.url}/oauth/token`, {
        method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: assistant.registration.client_id }),
      })).json();
      assert.notEqual(fresh.access_token, first);
      const response = await fetch(stack.mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${fresh.access_token}` } });
      assert.notEqual(response.status, 401, 'the resource stayed the audience');
      await assistant.close();
    });
  }
});

describe('at the app', () => {
  const acme = 'org_Acme00000000000000000000001';
  const katherine = 'user_KatherineJohnson00000000003';
  const sessionsOf = (stack, user) => backend(stack, 'GET', `sessions?user_id=${user}&status=active`);
  const search = (assistant) => assistant.client.callTool({ name: 'search_orders', arguments: {} });

  test('a token of Clerk\'s acts in the session that its user used last, and in none once they are signed out', async () => {
    const stack = await startStack({ AUTH_MODE: 'clerk' });
    const assistant = await new Assistant(stack.mcpUrl).connectAs(new Person('Katherine'), modern);
    assert.ok(!(await search(assistant)).isError);
    for (const { id } of await sessionsOf(stack, katherine)) await stack.clerk.control(`sessions/${id}/end`);
    await stack.server.stop(); // and what it still had in hand
    stack.server = await stack.startServer();
    const refused = await search(assistant);
    assert.ok(refused.isError);
    assert.match(refused.content[0].text, /signed out of the app/);
    const person = new Person('Katherine');
    const page = await person.visit(`${stack.clerk.url}/sign-in`);
    await person.press(page, Person.button(page, /Katherine/));
    assert.ok(!(await search(assistant)).isError, 'signed in again');
    await assistant.close();
    await stack.endWell();
  });

  test('a connection stays with the organization that it was made for', async () => {
    const stack = await startStack();
    const assistant = await new Assistant(stack.mcpUrl).connectAs(new Person('Katherine'), modern);
    const [{ id }] = await sessionsOf(stack, katherine);
    await stack.clerk.control(`sessions/${id}/organization`, { organization_id: acme });
    const refused = await search(assistant);
    assert.ok(refused.isError);
    assert.match(refused.content[0].text, /another organization is open/);
    const another = await new Assistant(stack.mcpUrl).connectAs(new Person('Katherine'), modern);
    assert.ok(!(await search(another)).isError, 'another browser, another session');
    await Promise.all([assistant.close(), another.close()]);
    await stack.endWell();
  });
});

describe('AUTH_MODE=auto', () => {
  let stack;
  before(async () => { stack = await startStack(); });
  after(() => stack.stop());

  // The server anew, with these settings; what it says that it has chosen.
  async function chosen(settings, ofClerk = {}) {
    await backend(stack, 'PATCH', 'instance/oauth_application_settings', ofClerk);
    await stack.server.stop();
    stack.server = await stack.startServer({ AUTH_MODE: 'auto', ...settings });
    const said = stack.server.log.split('\n').filter((line) => line.includes('server.auth_mode'));
    assert.ok(said.length > 0, stack.server.log);
    const metadata = await (await fetch(new URL('/.well-known/oauth-protected-resource/mcp', stack.mcpUrl))).json();
    return { ...JSON.parse(said[0].slice(said[0].indexOf('{'))), issuer: metadata.authorization_servers[0] };
  }

  test('chooses by what is set and what Clerk offers, and says why', async () => {
    const origin = new URL(stack.mcpUrl).origin;
    const login = await chosen(oauthClient);
    assert.deepEqual([login.mode, login.issuer], ['clerk-login', origin]);
    const person = new Person('Ada');
    assert.ok((await person.visit(`${origin}/connections`)).url.startsWith(`${stack.clerk.url}/sign-in`));
    const bridge = await chosen({});
    assert.deepEqual([bridge.mode, bridge.issuer], ['bridge', origin]);
    assert.match(bridge.reason, /CLERK_JWT_TEMPLATE/);
    const clerk = await chosen({ CLERK_JWT_TEMPLATE: '' });
    assert.deepEqual([clerk.mode, clerk.issuer], ['clerk', stack.clerk.url]);
    assert.match(clerk.reason, /until they expire/);
    const closed = await chosen({ CLERK_JWT_TEMPLATE: '' }, { dynamic_oauth_client_registration: false, client_id_metadata_documents_advertised: false });
    assert.equal(closed.mode, 'bridge');
  });

  test('serves nobody while it cannot choose', async () => {
    await stack.server.stop();
    await stack.clerk.control('faults', { match: '/.well-known/oauth-authorization-server', status: 503, times: 1_000_000 });
    await assert.rejects(stack.startServer({ AUTH_MODE: 'auto', ...oauthClient }), /AUTH_MODE=auto cannot choose/);
  });
});
