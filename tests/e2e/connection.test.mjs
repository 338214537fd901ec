// The main job, with the real clients of both eras: connect, sign in, approve, call each tool, refresh, be revoked.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { Assistant, legacy, modern } from '../harness/assistant.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

let stack;
before(async () => { stack = await startStack(); });
after(() => stack.endWell());

const text = (result) => result.content.map((each) => each.text ?? '').join('\n');

for (const era of [modern, legacy]) {
  describe(`a client of ${era.name}`, () => {
    let assistant;
    const pages = [];
    before(async () => {
      const ada = new Person('Ada', { onPage: (page) => pages.push(page) });
      assistant = await new Assistant(stack.mcpUrl, { clientName: `Assistant <b>${era.name}</b>` }).connectAs(ada, era);
    });
    after(() => assistant?.close());

    test('is told where to sign in before anything else', () => {
      const [first] = assistant.requests;
      assert.equal(first.status, 401);
      assert.match(first.headers.get('www-authenticate'), /^Bearer .*resource_metadata="http:\/\/localhost:\d+\/\.well-known\/oauth-protected-resource\/mcp"/);
      assert.doesNotMatch(first.headers.get('www-authenticate'), /error=/, 'no error without credentials (RFC 6750 sec. 3)');
    });

    test('sees our consent page before the browser leaves us, and its name there is only text', () => {
      assert.equal(new URL(pages[0].url).origin, new URL(stack.mcpUrl).origin);
      assert.ok(pages[0].html.includes(`Assistant &lt;b&gt;${era.name}&lt;/b&gt;`));
      assert.ok(!pages[0].html.includes('<b>2'));
      assert.match(pages[0].headers.get('content-security-policy'), /frame-ancestors 'none'/);
    });

    test('lists the tools, their schemas and their hints', async () => {
      const { tools } = await assistant.client.listTools();
      assert.deepEqual(tools.map((tool) => tool.name).sort(), ['cancel_order', 'export_orders', 'list_users', 'orders_chart', 'search_orders', 'who_am_i']);
      const search = tools.find((tool) => tool.name === 'search_orders');
      assert.equal(search.inputSchema.properties.limit.maximum, 100);
      assert.equal(search.inputSchema.properties.limit.default, 20);
      assert.equal(search.annotations.readOnlyHint, true);
      assert.equal(tools.find((tool) => tool.name === 'cancel_order').annotations.destructiveHint, true);
    });

    test('calls each tool as the signed-in user', async () => {
      const me = await assistant.client.callTool({ name: 'who_am_i', arguments: {} });
      assert.match(me.structuredContent.user_id, /^user_/);
      const users = await assistant.client.callTool({ name: 'list_users', arguments: {} });
      assert.deepEqual(users.structuredContent.users.map(({ id }) => id), [me.structuredContent.user_id], 'nobody else: she is here for herself');
      assert.match(users.structuredContent.users[0].name, /Ada/);

      const found = await assistant.client.callTool({ name: 'search_orders', arguments: { status: 'open', limit: 3 } });
      assert.ok(found.structuredContent.orders.length > 0 && found.structuredContent.orders.length <= 3, text(found));
      const [order] = found.structuredContent.orders;
      const cancelled = await assistant.client.callTool({ name: 'cancel_order', arguments: { order_id: order.id } });
      assert.equal(cancelled.structuredContent.status, 'cancelled', text(cancelled));
      const again = await assistant.client.callTool({ name: 'cancel_order', arguments: { order_id: order.id } });
      assert.equal(again.isError, true);
      assert.match(text(again), /cancelled/i);
    });

    test('gets a picture, a file, a page, a resource and a prompt of the user\'s own', async () => {
      const { client } = assistant;
      const chart = await client.callTool({ name: 'orders_chart', arguments: {} });
      const image = chart.content.find((each) => each.type === 'image');
      assert.equal(image.mimeType, 'image/png');
      const png = Buffer.from(image.data, 'base64');
      const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
      const pixels = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
      assert.equal(pixels.length, height * (1 + 3 * width), 'zlib reads what we drew');

      const file = await client.callTool({ name: 'export_orders', arguments: {} });
      assert.match(file.content[0].resource.text, /^id,status,placed_on,total,currency\r\nord_/);
      const [, id] = /\r\n(ord_\w+)/.exec(file.content[0].resource.text);

      const { tools } = await client.listTools();
      const { resourceUri } = tools.find((tool) => tool.name === 'search_orders')._meta.ui;
      const page = (await client.readResource({ uri: resourceUri })).contents[0];
      assert.equal(page.mimeType, 'text/html;profile=mcp-app');
      assert.match(page.text, /ui\/initialize/);

      const ref = { type: 'ref/prompt', name: 'explain_order' };
      const { completion } = await client.complete({ ref, argument: { name: 'order_id', value: id.slice(0, 10) } });
      assert.ok(completion.values.includes(id));
      const prompt = await client.getPrompt({ name: 'explain_order', arguments: { order_id: id } });
      assert.equal(prompt.messages[0].content.resource.uri, `acme://orders/${id}`);
      const order = (await client.readResource({ uri: `acme://orders/${id}` })).contents[0];
      assert.equal(JSON.parse(order.text).id, id);
      await assert.rejects(client.readResource({ uri: 'acme://orders/ord_nobodys' }), /not found/i);
    });

    test('is told what is wrong with its arguments', async () => {
      const result = await assistant.client.callTool({ name: 'search_orders', arguments: { limit: 500 } });
      assert.equal(result.isError, true);
      assert.match(text(result), /limit.*1.*100.*500/s);
    });

    test('gets a new access token with its refresh token, and the old refresh token dies', async () => {
      const old = assistant.tokens;
      const refresh = (token) => fetch(new URL('/token', stack.mcpUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: assistant.registration.client_id }),
      });
      const response = await refresh(old.refresh_token);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('cache-control'), 'no-store');
      const fresh = await response.json();
      assert.notEqual(fresh.refresh_token, old.refresh_token);
      assistant.tokens = { ...fresh, issuer: old.issuer };
      assert.match((await assistant.client.callTool({ name: 'who_am_i', arguments: {} })).structuredContent.user_id, /^user_/);

      const echo = await (await refresh(old.refresh_token)).json();
      assert.equal(echo.refresh_token, fresh.refresh_token, 'within the grace, the same successor (threat 7)');
    });

    test('is refused at once when its connection is revoked', async () => {
      const response = await fetch(new URL('/revoke', stack.mcpUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ token: assistant.tokens.refresh_token, client_id: assistant.registration.client_id }),
      });
      assert.equal(response.status, 200);
      const call = await fetch(stack.mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${assistant.tokens.access_token}` } });
      assert.equal(call.status, 401);
      assert.match(call.headers.get('www-authenticate'), /error="invalid_token"/);
    });
  });
}

test('nothing secret was written to a log', () => {
  const logs = stack.server.log + stack.app.log;
  assert.ok(logs.includes('"event"'), 'there are log lines to look at');
  for (const pattern of [/pat_[\w-]{20,}/, /eyJ[\w-]{20,}\./, /sk_test_/, /clerk_token=/, /code=[\w.-]{20,}/]) assert.doesNotMatch(logs, pattern);
});
