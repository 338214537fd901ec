// Support staff who act as a user, by Clerk's actor tokens: they may connect an assistant, what it does is marked as theirs,
// and it may not destroy anything.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AuditLog } from '../../scripts/audit_log.mjs';
import { Client, modernRequest } from '../harness/by_hand.mjs';
import { eventually } from '../harness/eventually.mjs';
import { actingAs, Person } from '../harness/person.mjs';
import { oauthClient, startStack } from '../harness/stack.mjs';
import { ada } from '../harness/stdio.mjs';

const staff = { sub: 'user_staff', iss: 'https://dashboard.clerk.com' };
const named = 'user_staff (https://dashboard.clerk.com)';

for (const [mode, settings] of Object.entries({ bridge: {}, 'clerk-login': { AUTH_MODE: 'clerk-login', ...oauthClient } })) {
  describe(`AUTH_MODE=${mode}`, () => {
    let stack, origin, log, client, tokens;
    before(async () => {
      stack = await startStack(settings);
      origin = new URL(stack.mcpUrl).origin;
      log = new AuditLog(origin, stack.serverSettings.POSTERN_SECRET);
      client = await new Client(stack.mcpUrl).register('Support Assistant');
      tokens = await client.signIn(await actingAs(stack.clerk, 'Ada', staff));
    });
    after(() => stack.endWell());

    const call = async (name, args = {}) => (await (await modernRequest(stack.mcpUrl, tokens.access_token, 'tools/call', { name, arguments: args })).json()).result;
    const entry = (wanted) => eventually(async () =>
      (await Array.fromAsync(log.entries(ada))).find((each) => Object.entries(wanted).every(([name, value]) => each[name] === value)), JSON.stringify(wanted));

    test('they see what the user sees, and read it as the user', async () => {
      const own = await new Client(stack.mcpUrl).register();
      const { access_token: token } = await own.signIn(new Person('Ada'));
      const listed = async (bearer) => (await (await modernRequest(stack.mcpUrl, bearer, 'tools/list')).json()).result.tools;
      assert.deepEqual(await listed(tokens.access_token), await listed(token));
      assert.equal((await call('who_am_i')).structuredContent.user_id, ada);
      const { orders } = (await call('search_orders', { status: 'open' })).structuredContent;
      assert.ok(orders.length > 0, 'the app answers them');
    });

    test('what may destroy something is refused, in words, before and after a refresh', async () => {
      const refused = async () => {
        const result = await call('cancel_order', { order_id: 'A-1' });
        assert.equal(result.isError, true);
        assert.match(result.content[0].text, /Only the user themselves may call cancel_order/);
      };
      await refused();
      tokens = await (await client.refresh(tokens.refresh_token)).json();
      await refused();
    });

    test('the audit log says who it was, of what was done and of what was refused', async () => {
      await call('who_am_i');
      await call('cancel_order', { order_id: 'A-1' });
      for (const wanted of [{ name: 'who_am_i', outcome: 'ok' }, { name: 'cancel_order', outcome: 'denied' }]) {
        assert.equal((await entry({ ...wanted, client: client.id })).actor, named);
      }
      assert.equal((await Array.fromAsync(log.entries(ada))).some(({ name, outcome }) => name === 'cancel_order' && outcome === 'began'), false);
    });

    test('the user sees at /connections who connected it; they themselves get no such page', async () => {
      const open = (person) => person.upTo(`${origin}/connections`);
      const page = await open(new Person('Ada'));
      const section = page.document.querySelectorAll('section').find((each) => each.text.includes('Support Assistant'));
      assert.ok(section.text.includes(`somebody who acts for you: ${named}`), section.text);
      assert.equal((await open(await actingAs(stack.clerk, 'Ada', staff))).status, 403);
    });

    test('it ends with their session, which Clerk makes short', async () => {
      await stack.clerk.control('clock/advance', { seconds: 31 * 60 });
      const ended = await client.refresh(tokens.refresh_token);
      assert.equal(ended.status, 400);
      assert.equal((await ended.json()).error, 'invalid_grant');
    });
  });
}

test('AUTH_MODE=clerk: an access token of Clerk’s that says so is treated alike, a JWT and an opaque one', async () => {
  const stack = await startStack({ AUTH_MODE: 'clerk' });
  try {
    const { access_token: own } = await stack.clerk.control('oauth_tokens', { user_id: ada, scopes: ['profile:read', 'orders:write'], audience: [stack.mcpUrl] });
    const call = async (token, name) => (await (await modernRequest(stack.mcpUrl, token, 'tools/call', { name, arguments: name === 'cancel_order' ? { order_id: 'A-1' } : {} })).json()).result;
    for (const format of ['jwt', 'opaque']) {
      const { access_token: token } = await stack.clerk.control('oauth_tokens', { user_id: ada, scopes: ['profile:read', 'orders:write'], audience: [stack.mcpUrl], format, actor: staff });
      assert.equal((await call(token, 'who_am_i')).structuredContent.user_id, ada);
      assert.match((await call(token, 'cancel_order')).content[0].text, /Only the user themselves/);
    }
    assert.doesNotMatch((await call(own, 'cancel_order')).content[0].text, /Only the user themselves/);
  } finally {
    await stack.stop();
  }
});
