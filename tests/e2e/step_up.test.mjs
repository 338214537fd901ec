// A connection that may do little, and a tool that needs more: the challenge, and the way to a wider permission.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Assistant, legacy, modern } from '../harness/assistant.mjs';
import { Client, modernRequest, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

let stack;
before(async () => { stack = await startStack(); });
after(() => stack.endWell());

// An assistant whose user allowed it just this.
async function assistantWith(scope, person, era = modern) {
  const client = await new Client(stack.mcpUrl).register();
  const { verifier, challenge } = pkce();
  const url = client.authorizationUrl(challenge);
  url.searchParams.set('scope', scope);
  const callback = await person.connect(url, client.redirectUri);
  const tokens = await (await client.redeem(callback.searchParams.get('code'), verifier)).json();
  assert.equal(tokens.scope, scope);
  const issuer = new URL(stack.mcpUrl).origin;
  const assistant = new Assistant(stack.mcpUrl);
  Object.assign(assistant, { tokens: { ...tokens, issuer }, registration: { client_id: client.id, issuer }, client: era.client() });
  await assistant.client.connect(assistant.transport(era));
  return assistant;
}

for (const era of [modern, legacy]) {
  test(`a tool that needs more than was allowed leads to the consent page, for the least that covers what is held and what is needed (${era.name})`, async () => {
    const assistant = await assistantWith('orders:read', new Person('Ada'), era);
    if (era === legacy) delete assistant.tokens.refresh_token; // with one it answers a 403 by refreshing, which widens nothing
    const { orders } = (await assistant.client.callTool({ name: 'search_orders', arguments: { status: 'open' } })).structuredContent;
    const cancel = () => assistant.client.callTool({ name: 'cancel_order', arguments: { order_id: orders[0].id } });
    await assert.rejects(cancel(), /unauthori[sz]ed/i);
    const refused = assistant.requests.find(({ status }) => status === 403);
    const challenge = refused.headers.get('www-authenticate');
    assert.match(challenge, /error="insufficient_scope"/);
    assert.match(challenge, /scope="orders:write"/, 'it includes orders:read');
    assert.match(challenge, /resource_metadata="/);
    assert.match(assistant.authorizationUrl.searchParams.get('scope'), /\borders:write\b/);

    const callback = await new Person('Ada').connect(assistant.authorizationUrl, assistant.redirectUri);
    await era.finish(assistant.client.transport, callback);
    assert.equal((await cancel()).structuredContent.status, 'cancelled');
    assert.ok(!(await assistant.client.callTool({ name: 'search_orders', arguments: {} })).isError, 'what it could do before, it still can');
    await assistant.close();
  });

  test(`a client refreshes by itself when its token has ended (${era.name})`, async () => {
    const assistant = await assistantWith('orders:read', new Person('Ada'), era);
    const { refresh_token: before } = assistant.tokens;
    assistant.tokens = { ...assistant.tokens, access_token: 'pat_ended' };
    assert.ok(!(await assistant.client.callTool({ name: 'search_orders', arguments: {} })).isError);
    assert.notEqual(assistant.tokens.refresh_token, before);
    assert.equal(assistant.authorizationUrl, undefined, 'nobody was asked');
    await assistant.close();
  });
}

test('who may cancel orders may see them, and an assistant may refresh for that alone', async () => {
  const assistant = await assistantWith('orders:write', new Person('Ada'));
  assert.ok(!(await assistant.client.callTool({ name: 'search_orders', arguments: {} })).isError);
  const narrow = await (await fetch(new URL('/token', stack.mcpUrl), {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: assistant.tokens.refresh_token, client_id: assistant.registration.client_id, scope: 'orders:read' }),
  })).json();
  assert.equal(narrow.scope, 'orders:read');
  const call = (name, args) => modernRequest(stack.mcpUrl, narrow.access_token, 'tools/call', { name, arguments: args });
  assert.equal((await call('search_orders', {})).status, 200);
  assert.equal((await call('cancel_order', { order_id: 'A-1' })).status, 403);
  await assistant.close();
});

test('a refresh may ask for less, and never for more', async () => {
  const assistant = await assistantWith('orders:read', new Person('Grace'));
  const refresh = async (scope) => {
    const response = await fetch(new URL('/token', stack.mcpUrl), {
      method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: assistant.tokens.refresh_token, client_id: assistant.registration.client_id, scope }),
    });
    return response.json();
  };
  for (const wider of ['orders:write', 'orders:read orders:write']) assert.equal((await refresh(wider)).error, 'invalid_scope');
  assert.equal((await refresh('orders:read openid')).scope, 'orders:read', 'what nobody knows here is left out');
  await assistant.close();
});
