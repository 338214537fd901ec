// The MCP Inspector's command line, as people use it to look at a server: it signs in by itself, keeps what it got, and
// lists and uses everything that the server of app/ offers, in both eras.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Person } from '../harness/person.mjs';
import { freePort, startStack } from '../harness/stack.mjs';

let stack, home, callback;
before(async () => {
  stack = await startStack();
  home = await mkdtemp(path.join(tmpdir(), 'postern-inspector-'));
  callback = `http://127.0.0.1:${await freePort()}/oauth/callback`;
});
after(async () => {
  await rm(home, { recursive: true, force: true });
  await stack.endWell();
});

// One run: what it printed, line by line. With a person, who visits the page that it would open in a browser.
async function inspect(args, person) {
  const child = spawn(process.execPath, [
    'tests/interop/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', '--cli', '--server-url', stack.mcpUrl, '--transport', 'http',
    '--callback-url', callback, '--format', 'json', ...(person ? [] : ['--stored-auth-only']), ...args,
  ], { env: { PATH: '/nowhere', HOME: home, MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, complaints, visit] = ['', ''];
  child.stdout.on('data', (bytes) => (output += bytes));
  child.stderr.on('data', (bytes) => {
    complaints += bytes;
    const [url] = /http\S+\/authorize\?\S+(?=\s)/.exec(complaints) ?? [];
    if (url && person) visit ??= person.connect(url, callback).then(fetch);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (person) assert.equal((await visit)?.status, 200, `${complaints}\n${output}`);
  assert.equal(code, 0, complaints);
  return output.trim().split('\n').map((line) => JSON.parse(line));
}
const result = async (...args) => (await inspect(args))[0].result;

test('it signs in, and finds nothing in the tools\' schemas that some client could not read', async () => {
  const [{ result: { tools } }] = await inspect(['--method', 'tools/list', '--strict'], new Person('Ada'));
  assert.deepEqual(tools.map(({ name }) => name).sort(), ['cancel_order', 'export_orders', 'list_users', 'orders_chart', 'search_orders', 'who_am_i']);
});

test('it finds the page that a tool shows', async () => {
  const tools = await inspect(['--method', 'tools/list', '--app-info']);
  assert.deepEqual(tools.filter(({ hasApp }) => hasApp).map(({ toolName, resourceUri }) => [toolName, resourceUri]), [['search_orders', 'ui://acme/orders']]);
});

for (const era of ['legacy', 'modern']) {
  test(`it uses everything that is offered, in the ${era} era`, async (its) => {
    const method = (name, ...args) => result('--protocol-era', era, '--method', name, ...args);
    const call = (tool, ...args) => method('tools/call', '--tool-name', tool, ...args.flatMap((each) => ['--tool-arg', each]));
    const { orders: [order] } = (await call('search_orders', 'status=open', 'limit=1')).structuredContent;

    await Promise.all([
      its.test('the tools', async () => {
        assert.match((await call('who_am_i')).structuredContent.user_id, /^user_Ada/);
        assert.equal((await call('list_users')).structuredContent.users.length, 1);
        assert.equal((await call('orders_chart')).content.find(({ type }) => type === 'image').mimeType, 'image/png');
        assert.match((await call('export_orders')).content[0].resource.text, /^id,status,/);
        assert.equal((await call('cancel_order', `order_id=${order.id}`)).structuredContent.status, 'cancelled');
      }),
      its.test('the resources, and the prompt', async () => {
        assert.deepEqual((await method('resources/list')).resources.map(({ uri }) => uri), ['ui://acme/orders']);
        assert.match((await method('resources/read', '--uri', 'ui://acme/orders')).contents[0].text, /<table/);
        const [{ uriTemplate }] = (await method('resources/templates/list')).resourceTemplates;
        const uri = uriTemplate.replace('{id}', order.id);
        assert.equal(JSON.parse((await method('resources/read', '--uri', uri)).contents[0].text).id, order.id);
        const [{ name }] = (await method('prompts/list')).prompts;
        const { messages } = await method('prompts/get', '--prompt-name', name, '--prompt-args', `order_id=${order.id}`);
        assert.equal(messages[0].content.resource.uri, uri);
      }),
    ]);
  });
}
