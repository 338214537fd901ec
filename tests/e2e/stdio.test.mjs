// The server as a client's own process, over standard input and output (2026-07-28, basic/transports/stdio). What the real
// clients do with each feature there is in conformance/clients.test.mjs; this is the process: how it starts, ends, and
// takes what it should not get.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { legacy, modern } from '../harness/assistant.mjs';
import { host, startStack } from '../harness/stack.mjs';
import { ada, connectByStdio, stdioServer } from '../harness/stdio.mjs';

// A process and what it says, line by line.
class Spoken {
  constructor({ command, args, env }, cwd) {
    this.process = spawn(command, args, { env: { ...env, ASAN_OPTIONS: 'detect_leaks=1' }, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.complaints = '';
    this.process.stderr.on('data', (bytes) => (this.complaints += bytes));
    this.ended = new Promise((resolve) => this.process.on('close', (code) => resolve(code)));
  }
  say(...messages) {
    this.process.stdin.write(messages.map((message) => `${typeof message === 'string' ? message : JSON.stringify(message)}\n`).join(''));
  }
  async hear() {
    const { value, done } = await this.lines.next();
    return done ? undefined : JSON.parse(value);
  }
  end() {
    this.process.stdin.end();
    return this.ended;
  }
}

const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
const modernRequest = (id, method, params = {}) => ({ jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } });
const initialize = (id, protocolVersion) =>
  ({ jsonrpc: '2.0', id, method: 'initialize', params: { protocolVersion, capabilities: {}, clientInfo: { name: 'by hand', version: '1' } } });

describe('over standard input and output', { skip: host !== 'native' && 'a worker has no standard input' }, () => {
  let stack, server;
  before(async () => {
    stack = await startStack();
    server = await stdioServer(stack);
  });
  after(() => stack?.stop());

  for (const era of [modern, legacy]) {
    test(`a client of ${era.name} calls the app's tools as the user of the session`, async () => {
      const client = await connectByStdio(era, server);
      const me = await client.callTool({ name: 'who_am_i', arguments: {} });
      assert.equal(me.structuredContent.user_id, ada);
      const found = await client.callTool({ name: 'search_orders', arguments: { limit: 3 } });
      assert.equal(found.structuredContent.orders.length, 3);
      await client.close();
    });
  }

  for (const revision of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
    test(`${revision} is spoken to who asks for it`, async () => {
      const spoken = new Spoken(server);
      spoken.say(initialize(1, revision));
      assert.equal((await spoken.hear()).result.protocolVersion, revision);
      spoken.say({ jsonrpc: '2.0', method: 'notifications/initialized' }, { jsonrpc: '2.0', id: 2, method: 'tools/list' });
      assert.ok((await spoken.hear()).result.tools.length >= 4);
      if (revision === '2025-03-26') {
        spoken.say([{ jsonrpc: '2.0', id: 3, method: 'ping' }, { jsonrpc: '2.0', id: 4, method: 'ping' }]);
        assert.deepEqual((await spoken.hear()).map((reply) => reply.id), [3, 4]);
      }
      assert.equal(await spoken.end(), 0, spoken.complaints);
    });
  }

  test('what is under way when the input ends is still answered, and nothing is left behind', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postern-stdio-'));
    const spoken = new Spoken(server, folder);
    spoken.say(modernRequest('a', 'tools/call', { name: 'search_orders', arguments: { limit: 1 } }));
    const ended = spoken.end();
    const reply = await spoken.hear();
    assert.equal(reply.id, 'a');
    assert.equal(reply.result.structuredContent.orders.length, 1);
    assert.equal(await ended, 0, spoken.complaints);
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });

  test('bad lines are answered with errors, and the next one as if they had not been', async () => {
    const spoken = new Spoken(server);
    for (const [line, code] of [
      ['{', -32700],
      ['"text"', -32600],
      ['[]', -32600],
      ['{"jsonrpc":"2.0","id":1}', -32600],
      ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600],
      [`{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(3_000_000)}"}`, -32600],
      [JSON.stringify(modernRequest(1, 'no/such')), -32601],
      [JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }), -32600], // neither era: no _meta, no session
    ]) {
      spoken.say(line);
      const { error, ...rest } = await spoken.hear();
      assert.equal(error?.code, code, `${line.slice(0, 60)}: ${JSON.stringify({ error, ...rest })}`);
    }
    spoken.say('', '\r');
    spoken.process.stdin.write(`${JSON.stringify(modernRequest(7, 'tools/list'))}\r\n`);
    assert.equal((await spoken.hear()).id, 7);
    assert.equal(await spoken.end(), 0, spoken.complaints);
  });

  test('a cancelled request is not heard of again; others beside it are', async () => {
    await stack.clerk.control('faults', { match: '/tokens', delay_ms: 500 }); // on the way to the app
    const spoken = new Spoken(server);
    spoken.say(modernRequest(1, 'tools/call', { name: 'search_orders', arguments: {} }),
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'nobody' } },
      modernRequest(2, 'tools/list'));
    assert.equal((await spoken.hear()).id, 2);
    const ended = spoken.end();
    assert.equal(await spoken.hear(), undefined);
    assert.equal(await ended, 0, spoken.complaints);
    await stack.clerk.clearFaults();
  });

  test('a hundred requests at once are all answered, each once', async () => {
    const spoken = new Spoken(server);
    spoken.say(...Array.from({ length: 100 }, (_, id) => modernRequest(id, 'tools/call', { name: 'who_am_i', arguments: {} })));
    const ids = new Set();
    for (let i = 0; i < 100; ++i) ids.add((await spoken.hear()).id);
    assert.equal(ids.size, 100);
    assert.equal(await spoken.end(), 0, spoken.complaints);
  });

  test('it ends when nobody reads', async () => {
    const spoken = new Spoken(server);
    spoken.process.stdout.destroy();
    spoken.say(modernRequest(1, 'tools/list'));
    assert.equal(await spoken.ended, 0, spoken.complaints);
  });

  test('without a session, or with one that is over, it says so and does not start', async () => {
    const none = new Spoken({ ...server, env: { ...server.env, CLERK_SESSION_ID: '' } });
    assert.equal(await none.ended, 2);
    assert.match(none.complaints, /CLERK_SESSION_ID is missing/);

    const unknown = new Spoken({ ...server, env: { ...server.env, CLERK_SESSION_ID: 'sess_nobody' } });
    assert.equal(await unknown.ended, 1);
    assert.match(unknown.complaints, /Clerk knows no session sess_nobody/);

    const ended = await stdioServer(stack);
    await stack.clerk.control(`sessions/${ended.env.CLERK_SESSION_ID}/end`);
    const over = new Spoken(ended);
    assert.equal(await over.ended, 1);
    assert.match(over.complaints, /sign-in has ended/);
  });

  test('a session that ends while it runs is told by the tool', async () => {
    const lasting = await stdioServer(stack);
    const spoken = new Spoken(lasting);
    spoken.say(modernRequest(1, 'tools/list'));
    await spoken.hear();
    await stack.clerk.control(`sessions/${lasting.env.CLERK_SESSION_ID}/end`);
    spoken.say(modernRequest(2, 'tools/call', { name: 'search_orders', arguments: {} }));
    const { result } = await spoken.hear();
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /sign/i);
    assert.equal(await spoken.end(), 0, spoken.complaints);
  });
});
