// mcp-remote: what gives a server on the web to a client that only starts programs (Claude Desktop, and many others). The
// real program, with a client of the older protocol at its standard input; it keeps its tokens in a folder of ours.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { legacy } from '../harness/assistant.mjs';
import { Person } from '../harness/person.mjs';
import { freePort, startStack } from '../harness/stack.mjs';

let stack, folder, port, client, pages;
before(async () => {
  stack = await startStack();
  folder = await mkdtemp(path.join(tmpdir(), 'postern-mcp-remote-'));
  port = await freePort();
});
afterEach(() => client?.close());
after(async () => {
  await rm(folder, { recursive: true, force: true });
  await stack.endWell();
});

// Starts it. Each page that it would open in a browser is visited by the person, to the end.
async function connect({ person = new Person('Ada'), scope, protocol = 'legacy' } = {}) {
  pages = [];
  const metadata = scope ? ['--static-oauth-client-metadata', JSON.stringify({ scope })] : [];
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['node_modules/mcp-remote/dist/proxy.js', stack.mcpUrl, String(port), '--host', '127.0.0.1', '--transport', 'http-only', '--protocol', protocol, ...metadata],
    env: { PATH: '/nowhere', HOME: folder, MCP_REMOTE_CONFIG_DIR: folder },
    stderr: 'pipe',
  });
  let log = '';
  const failures = [];
  transport.stderr.on('data', (bytes) => {
    log += bytes;
    const [, url] = /visiting:\s+(http\S+)\s/.exec(log) ?? [];
    if (!url || !log.includes('callback server running')) return; // a person is slower than that, too
    log = '';
    pages.push(new URL(url));
    person.connect(url, `http://127.0.0.1:${port}/`).then(fetch).catch((error) => failures.push(error));
  });
  client = legacy.client();
  await client.connect(transport);
  assert.deepEqual(failures, []);
}
const call = async (name, args = {}) => client.callTool({ name, arguments: args });

// What it keeps. `change` is given the file's content.
async function stored(file, change) {
  const names = await readdir(folder, { recursive: true });
  const name = path.join(folder, names.find((each) => each.endsWith(file)));
  const content = JSON.parse(await readFile(name, 'utf8'));
  if (change) {
    change(content);
    await writeFile(name, JSON.stringify(content));
  }
  return content;
}

for (const protocol of ['legacy', 'auto']) {
  test(`registers, signs in once, and calls tools (--protocol ${protocol})`, async () => {
    await rm(folder, { recursive: true, force: true });
    await connect({ protocol });
    assert.equal(pages.length, 1);
    assert.equal(pages[0].searchParams.get('code_challenge_method'), 'S256');
    assert.equal(pages[0].searchParams.get('resource'), stack.mcpUrl);
    assert.equal((await client.listTools()).tools.length, 6);
    assert.match((await call('who_am_i')).structuredContent.user_id, /^user_Ada/);
  });
}

test('is there again without a sign-in, and refreshes when its access token has ended', async () => {
  const { refresh_token: before } = await stored('tokens.json', (tokens) => { tokens.access_token = 'pat_ended'; });
  await connect();
  assert.match((await call('who_am_i')).structuredContent.user_id, /^user_Ada/);
  assert.deepEqual(pages, []);
  assert.notEqual((await stored('tokens.json')).refresh_token, before);
});

test('signs in again when its connection was revoked', async () => {
  const { refresh_token: token } = await stored('tokens.json');
  const { client_id: id } = await stored('client_info.json');
  const revoked = await fetch(new URL('/revoke', stack.mcpUrl), {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ token, client_id: id }),
  });
  assert.equal(revoked.status, 200);
  await connect();
  assert.equal(pages.length, 1);
  assert.match((await call('who_am_i')).structuredContent.user_id, /^user_Ada/);
});

test('asks for more when a tool needs it', async () => {
  await rm(folder, { recursive: true, force: true });
  await connect({ scope: 'orders:read' });
  const { orders } = (await call('search_orders', { status: 'open', limit: 1 })).structuredContent;
  assert.equal((await stored('tokens.json')).scope, 'orders:read');
  await client.close();
  await connect(); // with the tokens it has, and nothing said about scopes
  assert.equal((await call('cancel_order', { order_id: orders[0].id })).structuredContent.status, 'cancelled');
  assert.equal(pages.length, 1);
  assert.match(pages[0].searchParams.get('scope'), /orders:write/);
});
