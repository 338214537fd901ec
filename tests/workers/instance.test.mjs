// Requests that meet in one instance of the module: one that waits for another, and one that ends the instance for all.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../harness/eventually.mjs';
import { freePort } from '../harness/stack.mjs';
import { startWorkerd } from '../harness/workerd.mjs';

const shim = 'framework/hosts/workers/shim';
const modules = ['tests/workers/instance_worker.mjs', 'build/instance_test.wasm',
  ...readdirSync(shim).filter((file) => file.endsWith('.mjs') && file !== 'worker.mjs').map((file) => `${shim}/${file}`)];
let folder, worker;
before(async () => {
  mkdirSync('build', { recursive: true });
  execFileSync('wasm-as', ['tests/workers/instance.wat', '-o', 'build/instance_test.wasm']);
  folder = await mkdtemp(path.join(tmpdir(), 'postern-instance-'));
  worker = await startWorkerd({ modules, persist: folder, port: await freePort() });
});
after(async () => { await worker?.stop(); await rm(folder, { recursive: true }); });
const get = (where) => fetch(worker.url + where, { signal: AbortSignal.timeout(60_000) });
const says = (where, text) => async () => (await (await get(where)).text()) === text;

// workerd ends a request that has no I/O of its own under way, as one that will never answer.
test('a request that waits for another one, and for nothing else, lives until it is woken', async () => {
  const waiting = get('/wait');
  await eventually(says('/is_waiting', 'ok'), 'it');
  await sleep(1500);
  assert.equal((await get('/release')).status, 200);
  const woken = await waiting;
  assert.equal(woken.status, 200);
  assert.equal(await woken.text(), 'ok');
});

test('after a trap the failed request gets 500 with its id, those under way get 503, and the next one works', async () => {
  const waiting = get('/wait');
  await eventually(says('/is_waiting', 'ok'), 'it');
  const failed = await get('/trap');
  assert.equal(failed.status, 500);
  const id = failed.headers.get('x-request-id');
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.match((await failed.json()).message, new RegExp(id));
  const other = await waiting;
  assert.equal(other.status, 503);
  assert.equal((await other.json()).error, 'unavailable');
  assert.equal((await get('/hello')).status, 200);
});

test('what goes on without its client is ended before Cloudflare would cut it off', async () => {
  const answer = await get('/linger');
  assert.equal(await answer.text(), 'ok');
  assert.equal(await (await get('/ended')).text(), 'no');
  await eventually(says('/ended', 'ok'), 'its end');
});
