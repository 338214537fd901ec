// For which organization somebody connects an assistant: asked after the sign-in, where there is something to choose, and held to
// from then on. Katherine is in two of them; the offline Clerk's people sign in for themselves until they open one.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Assistant, modern } from '../harness/assistant.mjs';
import { Client, pkce } from '../harness/by_hand.mjs';
import { acme, globex, memberOf, Person } from '../harness/person.mjs';
import { oauthClient, startStack } from '../harness/stack.mjs';

const katherine = 'user_KatherineJohnson00000000003';
const isChoice = (page) => Boolean(page.document?.querySelector('form[action="/authorize/organization"]'));
const offered = (page) => page.document.querySelectorAll('input[name=organization]').map((each) => each.getAttribute('value')).sort();
const proposed = (page) => page.document.querySelector('input[name=organization][checked]').getAttribute('value');
const connectButton = (page) => Person.button(page, /^connect$/i);

for (const [mode, settings] of Object.entries({ bridge: {}, 'clerk-login': oauthClient })) {
  describe(`AUTH_MODE=${mode}`, () => {
    let stack, origin;
    before(async () => {
      stack = await startStack({ AUTH_MODE: mode, CLERK_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('base64')}`, ...settings });
      origin = new URL(stack.mcpUrl).origin;
    });
    after(() => stack.endWell());

    // Up to the page with the choice, or, if there is none, to the client.
    async function upToChoice(person, client, challenge = pkce().challenge) {
      let page = await person.visit(client.authorizationUrl(challenge));
      while (!page.arrived && !isChoice(page)) {
        const next = person.nextButton(page);
        assert.ok(next, `${page.url} ${page.status}: ${page.document.structuredText}`);
        page = await person.press(page, next, { stopAt: client.redirectUri });
      }
      return page;
    }
    const press = (person, page, client, options) => person.press(page, connectButton(page), { stopAt: client.redirectUri, ...options });
    const code = (page) => page.arrived?.searchParams.get('code');
    const newClient = () => new Client(stack.mcpUrl).register();
    const stands = async (client, { access_token: token }) => (await client.call(token)).status !== 401;
    // What their page says of each connection, by the name of its client.
    async function connectionsOf(person) {
      const page = await person.upTo(`${origin}/connections`);
      return page.document.querySelectorAll('section').map((each) => each.text.replace(/\s+/g, ' '));
    }

    test('who is in two organizations chooses one of them, or none, and the connection is for that', async () => {
      const person = new Person('Katherine');
      for (const [choose, says] of [[/globex/i, /Organization ?Globex/], [/acme/i, /Organization ?Acme/], [/your own account/i, undefined]]) {
        const client = await newClient();
        const { verifier, challenge } = pkce();
        const page = await upToChoice(person, client, challenge);
        assert.match(page.document.text, /signed in as Katherine Johnson/);
        assert.deepEqual(offered(page), ['-', acme, globex]);
        assert.equal(proposed(page), '-', 'what is open at the app');
        const response = await client.redeem(code(await press(person, page, client, { choose })), verifier);
        assert.equal(response.status, 200);
        const [shown] = await connectionsOf(person); // the last used comes first
        if (says) assert.match(shown, says);
        else assert.doesNotMatch(shown, /Organization/);
      }
    });

    test('who has one of them open is proposed that one, and whoever has nothing to choose sees no page', async () => {
      const katherines = await memberOf(stack.clerk, 'Katherine');
      const page = await upToChoice(katherines, await newClient());
      assert.deepEqual([offered(page), proposed(page)], [[acme, globex], acme], 'nothing shows that there are personal accounts');
      const pages = [];
      const graces = await memberOf(stack.clerk, 'Grace', { onPage: (each) => pages.push(each) });
      assert.ok((await newClient().then((client) => client.codeFrom(graces, pkce().challenge))));
      assert.ok(!pages.some(isChoice));
    });

    test('while Clerk cannot say which there are, the connection is for the one that is open', async () => {
      for (const trouble of [{ status: 503 }, { status: 500 }, { delay_ms: 60_000, status: 200 }, { status: 200, body: { data: 'nonsense' } }]) {
        const person = await memberOf(stack.clerk, 'Katherine');
        await stack.clerk.control('faults', { match: `GET /v1/users/${katherine}/organization_memberships`, times: 1, ...trouble });
        const began = performance.now();
        const client = await newClient();
        const tokens = await client.signIn(person);
        assert.ok(tokens.access_token, JSON.stringify(trouble));
        assert.ok(performance.now() - began < 30_000);
        assert.match((await connectionsOf(person))[0], /Organization ?(Acme|acme)/);
        await stack.clerk.clearFaults();
      }
    });

    test('a form that another browser or another site sends, or that names what was not offered, chooses nothing', async () => {
      const person = new Person('Katherine');
      const client = await newClient();
      const page = await upToChoice(person, client);
      const handle = page.document.querySelector('input[name=handle]').getAttribute('value');
      const post = (by, organization, headers = { 'sec-fetch-site': 'same-origin' }, changes = {}) =>
        by.request(`${origin}/authorize/organization`, { form: { handle, organization, decision: 'approve', ...changes }, headers });
      const stranger = new Person('Katherine');
      await upToChoice(stranger, await newClient());
      const refused = {
        'another browser': post(stranger, globex),
        'no browser': post(new Person('Eve'), globex),
        'another site': post(person, globex, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
        'nobody knows which site': post(person, globex, {}),
        'an organization that is not theirs': post(person, 'org_Initech00000000000000000003'),
        'no organization': post(person, ''),
        'another handle': post(person, globex, undefined, { handle: randomBytes(32).toString('base64url') }),
        'no handle': post(person, globex, undefined, { handle: '../consent' }),
        'no button': post(person, globex, undefined, { decision: 'both' }),
      };
      for (const [what, asked] of Object.entries(refused)) {
        const response = await asked;
        assert.deepEqual([response.status, response.headers.get('location')], [400, null], what);
      }
      assert.ok(code(await press(person, page, client, { choose: /globex/i })), 'the page is as good as before');
      assert.equal((await press(person, page, client, { choose: /acme/i })).status, 400, 'and works once');
    });

    test('a no is a no, and says so to the client', async () => {
      const person = new Person('Katherine');
      const client = await newClient();
      const page = await upToChoice(person, client);
      const { arrived } = await person.press(page, Person.button(page, /deny/i), { stopAt: client.redirectUri });
      assert.deepEqual([arrived.searchParams.get('error'), arrived.searchParams.get('code')], ['access_denied', null]);
      assert.equal((await press(person, page, client)).status, 400);
    });

    test('who leaves an organization while the page is open cannot choose it any more; who leaves it later loses its connections', async () => {
      const person = new Person('Katherine');
      const client = await newClient();
      const page = await upToChoice(person, client);
      const membership = `/organizations/${globex}/memberships`;
      assert.equal((await stack.clerk.api('DELETE', `${membership}/${katherine}`)).status, 200);
      const left = await press(person, page, client, { choose: /globex/i });
      assert.deepEqual([left.status, code(left)], [400, undefined]);
      assert.ok(code(await press(person, page, client, { choose: /acme/i })));

      assert.equal((await stack.clerk.api('POST', membership, { user_id: katherine, role: 'org:member' })).status, 200);
      const [forGlobex, forAcme] = [await newClient(), await newClient()];
      const ofGlobex = await forGlobex.signIn(new Person('Katherine', { choose: /globex/i }));
      const ofAcme = await forAcme.signIn(new Person('Katherine', { choose: /acme/i }));
      assert.equal((await stack.clerk.api('DELETE', `${membership}/${katherine}`)).status, 200);
      assert.deepEqual([await stands(forGlobex, ofGlobex), await stands(forAcme, ofAcme)], [false, true]);
      assert.equal((await stack.clerk.api('POST', membership, { user_id: katherine, role: 'org:admin' })).status, 200);
    });

    test('tools call the app while the organization of the connection is open there, and say so while it is not', async () => {
      const person = new Person('Katherine', { choose: /globex/i });
      const assistant = await new Assistant(stack.mcpUrl, { clientName: `For Globex ${mode}` }).connectAs(person, modern);
      const search = () => assistant.client.callTool({ name: 'search_orders', arguments: {} });
      const { id } = await stack.clerk.sessionOf('Katherine');
      const refused = await search();
      assert.ok(refused.isError);
      assert.match(refused.content[0].text, /another organization is open than the one that this connection is for/);
      await stack.clerk.control(`sessions/${id}/organization`, { organization_id: globex });
      assert.ok(!(await search()).isError);
      await stack.clerk.control(`sessions/${id}/organization`, { organization_id: acme });
      await stack.server.stop(); // and what it still had in hand
      stack.server = await stack.startServer();
      assert.ok((await search()).isError);
      await assistant.close();
    });
  });
}
