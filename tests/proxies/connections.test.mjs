// A proxy that ends TLS stands before the native server, so all connections come from one address.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Program, freePort, host, programFile, startStack } from '../harness/stack.mjs';

const CONNECTIONS = 300; // more than the 256 that one address may have

// The status of an answer on a connection that stays open, or 'closed': who is refused may lose the answer with the connection.
const ask = (socket, name) =>
  new Promise((resolve) => {
    socket.once('data', (bytes) => resolve(Number(bytes.toString('latin1').split(' ')[1])));
    socket.on('error', () => {}).on('close', () => resolve('closed'));
    socket.setTimeout(30_000, () => socket.destroy());
    socket.write(`GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
  });

describe('connections from one address', { skip: host !== 'native' && 'connections to a worker are Cloudflare\'s' }, () => {
  let stack;
  before(async () => { stack = await startStack(); });
  after(() => stack.stop());

  // How many of CONNECTIONS, open at the same time, get each status.
  async function countStatuses(url, name) {
    const sockets = Array.from({ length: CONNECTIONS }, () => connect(Number(new URL(url).port), '127.0.0.1'));
    const statuses = await Promise.all(sockets.map((socket) => ask(socket, name)));
    for (const socket of sockets) socket.destroy();
    return Object.groupBy(statuses, (status) => status);
  }

  test('without a proxy an address has 256 of them, and the next are told 503', async () => {
    const { 200: served, 503: refused, closed = [] } = await countStatuses(stack.server.url, new URL(stack.server.url).host);
    assert.ok(served.length <= 256 && served.length > 250, `${served.length} served`); // the harness holds one or two itself
    assert.equal(served.length + refused.length + closed.length, CONNECTIONS);
  });

  // The statuses behind a proxy, whose address they all have. `command` starts the server.
  async function countBehindProxy(...command) {
    const [port, name] = [await freePort(), 'mcp.acme.example'];
    const settings = { ...stack.serverSettings, SERVER_URL: `https://${name}`, PORT: String(port), DATABASE: path.join(stack.folder, `proxied-${port}.sqlite`) };
    const server = await new Program('proxied server', command[0], command.slice(1), settings, `http://127.0.0.1:${port}`).ready('/readyz');
    try {
      const statuses = await countStatuses(server.url, name);
      assert.equal((await fetch(`${server.url}/readyz`)).status, 200, 'there is room again');
      return { ...statuses, log: server.log };
    } finally {
      assert.deepEqual(await server.stop(), { code: 0, signal: null }, server.log);
    }
  }

  test('behind a proxy, whose address they all have, none is refused', async () => {
    const { 200: served } = await countBehindProxy('framework/hosts/native/postern');
    assert.equal(served?.length, CONNECTIONS);
  });

  test('where the system lets it open 256 files, three quarters of them are connections, and the next are told 503', async () => {
    const { 200: served, 503: refused, log } = await countBehindProxy('/bin/bash', '-c', 'ulimit -Sn 64; ulimit -Hn 256; exec "$0"', programFile('framework/hosts/native/postern'));
    assert.match(log, /"connections_max":192/);
    assert.ok(served.length <= 192 && served.length > 180, `${served.length} served`);
    assert.ok(refused.length > 0);
    assert.doesNotMatch(log, /accept\.paused/);
  });
});
