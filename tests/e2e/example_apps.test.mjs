// The apps of examples/ that use Clerk's own SDKs, as the app behind the server: what their pages hand on and to whom, and
// whom their APIs answer.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Assistant, modern } from '../harness/assistant.mjs';
import { ada } from '../harness/stdio.mjs';
import { acme, globex, Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

const text = (result) => result.content.map((each) => each.text ?? '').join('\n');

for (const app of ['express-app', 'react-router-app']) {
  describe(app, () => {
    let stack, callbackUrl;
    before(async () => {
      stack = await startStack({}, { app });
      callbackUrl = `${stack.server.url}/callback`;
    });
    after(() => stack.endWell());

    const connectPage = (parameters) => `${stack.app.url}/auth/mcp?${new URLSearchParams(parameters)}`;
    const handshakes = async () => {
      const { calls } = await (await fetch(`${stack.clerk.url}/__emulator/calls`)).json();
      return calls.filter((call) => call.path.endsWith('/handshake_payload') && call.status === 200).length;
    };
    async function signedIn(name = 'Ada') {
      const person = new Person(name);
      const page = await person.visit(`${stack.clerk.url}/sign-in?redirect_url=${encodeURIComponent(`${stack.app.url}/`)}`);
      await person.press(page, Person.button(page, new RegExp(name)));
      return person;
    }
    const tokenFor = async (user, template = '', organization = undefined) => {
      const clerk = (path, body) => fetch(stack.clerk.url + path, {
        method: 'POST', headers: { authorization: `Bearer ${stack.clerk.secretKey}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body),
      }).then((response) => response.json());
      const { id } = await clerk('/v1/sessions', { user_id: user, active_organization_id: organization });
      return (await clerk(`/v1/sessions/${id}/tokens${template}`)).jwt;
    };
    const api = (path, token, options = {}) => fetch(`${stack.app.url}/api${path}`, { ...options, headers: { ...(token && { authorization: `Bearer ${token}` }) } });

    test('a person connects through it, and the tools reach its API as that person', async () => {
      const { client, close } = await new Assistant(stack.mcpUrl).connectAs(new Person('Ada'), modern);
      const call = (name, args = {}) => client.callTool({ name, arguments: args });
      const { users } = (await call('list_users')).structuredContent;
      assert.match(users.find((user) => user.id === ada).name, /Ada Lovelace/);
      assert.match(users.find((user) => user.id === ada).email, /@/);
      const { orders } = (await call('search_orders', { status: 'open', limit: 1 })).structuredContent;
      assert.equal((await call('cancel_order', { order_id: orders[0].id })).structuredContent.status, 'cancelled');
      const again = await call('cancel_order', { order_id: orders[0].id });
      assert.match(text(again), /cannot be cancelled/, "the app's own words");
      assert.equal((await call('export_orders')).content[0].resource.text.trim().split('\r\n').length, 41, 'all pages');
      await client.close();
    });

    test('who is signed in already is not asked again, and Clerk is asked for a token of this sign-in', async () => {
      const person = await signedIn('Grace');
      const before = await handshakes();
      const pages = [];
      person.onPage = (page) => pages.push(new URL(page.url).origin);
      const assistant = await new Assistant(stack.mcpUrl).connectAs(person, modern);
      assert.ok(!pages.includes(stack.clerk.url), 'no sign-in page');
      assert.equal(await handshakes(), before + 1);
      await assistant.close();
    });

    test('a link that leads anywhere but to the configured server is refused, and holds no token', async () => {
      const person = await signedIn();
      const state = 'a-state';
      for (const query of [
        { state, callback_url: 'https://evil.example/callback' }, { state, callback_url: `${callbackUrl}/../other` }, { state, callback_url: `${callbackUrl}?x` },
        { state, callback_url: callbackUrl.replace('localhost', 'localhost.evil.example') }, { state, callback_url: '' }, { state }, { callback_url: callbackUrl },
        [['state', state], ['callback_url', callbackUrl], ['callback_url', 'https://evil.example/']], [['state', state], ['state', state], ['callback_url', callbackUrl]],
      ]) {
        const page = await person.visit(connectPage(query));
        assert.equal(page.status, 400, JSON.stringify(query));
        assert.doesNotMatch(page.html, /eyJ|evil/);
      }
    });

    test('the page that holds the token posts it to the server, cannot be framed or kept, and takes names for text', async () => {
      const person = await signedIn();
      const page = await person.visit(connectPage({ state: '"><b>', callback_url: callbackUrl, client_name: '<script>alert(1)</script>' }));
      assert.equal(page.status, 200);
      assert.equal(page.headers.get('cache-control'), 'no-store');
      assert.match(page.headers.get('content-security-policy'), /^default-src 'none'; script-src 'nonce-[^']+'; base-uri 'none'; frame-ancestors 'none'$/);
      const form = page.document.querySelector('form');
      assert.equal(form.getAttribute('action'), callbackUrl);
      assert.equal(form.getAttribute('method'), 'post');
      assert.equal(page.document.querySelectorAll('script').length, 1);
      assert.equal(form.querySelector('[name=state]').getAttribute('value'), '"><b>');
      const claims = JSON.parse(Buffer.from(form.querySelector('[name=clerk_token]').getAttribute('value').split('.')[1], 'base64url'));
      assert.equal(claims.sub, ada);
      assert.ok(!page.url.includes('clerk_token'));
    });

    test('the token that a stranger had posted in a visitor\'s name opens nothing', async () => {
      const victim = await signedIn();
      const page = await victim.visit(connectPage({ state: 'the-strangers-own-state', callback_url: callbackUrl }));
      const answer = await victim.press(page, Person.button(page, /continue/i));
      assert.ok(answer.status >= 400, `${answer.status}`);
    });

    test('its API answers a token of the template for its user, and nobody else', async () => {
      const token = await tokenFor(ada, '/postern');
      const own = await (await api('/orders?limit=100', token)).json();
      assert.equal(own.orders.length, 40);
      const others = await (await api('/orders?limit=100', await tokenFor('user_GraceHopper0000000000000002', '/postern'))).json();
      assert.ok(others.orders.every(({ id }) => !own.orders.some((order) => order.id === id)));
      assert.equal((await api(`/orders/${own.orders[0].id}`, token)).status, 200);
      assert.equal((await api(`/orders/${others.orders[0].id}`, token)).status, 404);
      for (const query of ['limit=0', 'limit=101', 'limit=x', 'status=lost', 'cursor=ord_x']) assert.equal((await api(`/orders?${query}`, token)).status, 400, query);

      const cookies = await (await signedIn()).jar.getCookieString(stack.app.url);
      const session = await tokenFor(ada);
      for (const [why, refused] of Object.entries({
        nothing: undefined, 'a session token, which is for no audience': session, 'a bent one': `${token.slice(0, -8)}AAAAAAAA`, noise: 'x.y.z',
      })) {
        const response = await api('/users', refused);
        assert.equal(response.status, 401, why);
        assert.equal(response.headers.get('www-authenticate'), 'Bearer', why);
      }
      const forged = await fetch(`${stack.app.url}/api/orders/${own.orders[0].id}/cancel`, { method: 'POST', headers: { cookie: cookies } });
      assert.equal(forged.status, 401, "a cookie is nobody's proof there");
    });

    test('shows of people the members of the organization that is open, and to who has none open nobody else', async () => {
      const katherine = 'user_KatherineJohnson00000000003';
      const shown = async (...of) => (await (await api('/users', await tokenFor(...of))).json()).users.map(({ id }) => id).sort();
      assert.equal((await shown(ada, '/postern', acme)).length, 3);
      assert.deepEqual(await shown(katherine, '/postern', globex), [katherine]);
      assert.deepEqual(await shown(ada, '/postern'), [ada]);
    });

    test('says that it cannot check, and not that a token is bad, while Clerk is away', async () => {
      await stack.app.stop();
      stack.app = await stack.startApp();
      const token = await tokenFor(ada, '/postern');
      await stack.clerk.control('faults', { match: 'GET /v1/jwks', status: 500, times: 100 });
      assert.equal((await api('/users', token)).status, 503);
      await stack.clerk.clearFaults();
      assert.equal((await api('/users', token)).status, 200);
    });

    test('in Chromium it goes by itself from the approval to the client', async () => {
      const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
      try {
        const page = await browser.newPage();
        const assistant = new Assistant(stack.mcpUrl);
        assistant.client = modern.client();
        await assert.rejects(assistant.client.connect(assistant.transport(modern)), /unauthori[sz]ed/i);
        await page.goto(assistant.authorizationUrl.href);
        await page.getByRole('button', { name: /approve/i }).click();
        await page.getByRole('button', { name: /Ada/ }).click();
        await page.getByRole('button', { name: 'Connect', exact: true }).click();
        const callback = await page.waitForRequest((request) => request.url().startsWith(assistant.redirectUri));
        assert.ok(new URL(callback.url()).searchParams.get('code'));
      } finally {
        await browser.close();
      }
    });
  });
}
