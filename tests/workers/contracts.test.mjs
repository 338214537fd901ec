// The ports of this host keep their contracts: the suites that the native ports are held to
// (framework/postern/ports/contract), compiled into a module and run in workerd, over the real bindings.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { freePort } from '../harness/stack.mjs';
import { startWorkerd } from '../harness/workerd.mjs';

const shim = 'framework/hosts/workers/shim';
const modules = ['tests/workers/contracts_worker.mjs', 'build/wasm/contracts.wasm',
  ...readdirSync(shim).filter((file) => file.endsWith('.mjs') && file !== 'worker.mjs').map((file) => `${shim}/${file}`)];

// What fetch_contract.hpp asks of it.
const answers = {
  '/hello': (request, response) => response.setHeader('X-Test', 'yes').end('hello'),
  '/echo': async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    response.end(`${request.method} ${body}`);
  },
  '/missing': (request, response) => response.writeHead(404).end(),
  '/redirect': (request, response) => response.writeHead(302, { location: '/hello' }).end(),
  '/large': (request, response) => response.end('x'.repeat(100_000)),
  '/compressed': (request, response) => response.setHeader('Content-Encoding', 'gzip').end(gzipSync('x'.repeat(1000))),
  '/silent': () => {},
};
let folder, peer, worker;
before(async () => {
  peer = createServer((request, response) => answers[request.url](request, response));
  await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve));
  folder = await mkdtemp(path.join(tmpdir(), 'postern-contracts-'));
  worker = await startWorkerd({ modules, persist: folder, port: await freePort(), variables: { PEER_URL: `http://127.0.0.1:${peer.address().port}` } });
});
after(async () => {
  await worker?.stop();
  peer.closeAllConnections();
  peer.close();
  await rm(folder, { recursive: true });
});

test('the ports keep their contracts', async (all) => {
  const response = await fetch(worker.url);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const suites = Map.groupBy(JSON.parse(text), ({ suite }) => suite);
  assert.equal(suites.size, 7);
  for (const [suite, cases] of suites) {
    await all.test(suite, async (its) => {
      for (const { name, checks, failures } of cases) {
        await its.test(`${name} (${checks} checks)`, () => assert.equal(failures, ''));
      }
    });
  }
});
