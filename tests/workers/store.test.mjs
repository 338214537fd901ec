// The Store in Durable Objects and the Cache in KV, in the real workerd, beyond their contracts (contracts.test.mjs): what only
// Workers has, which is alarms, eviction, partitions, and many requests that race.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../harness/eventually.mjs';
import { startWorkerd } from '../harness/workerd.mjs';

const shim = 'framework/hosts/workers/shim';
const modules = ['tests/workers/store_worker.mjs', `${shim}/store.mjs`, `${shim}/cache.mjs`, `${shim}/bus.mjs`, `${shim}/record.mjs`];
let folder, worker;
const start = async () => { worker = await startWorkerd({ modules, persist: folder }); };
before(async () => { folder = await mkdtemp(path.join(tmpdir(), 'postern-store-')); await start(); });
after(async () => { await worker?.stop(); await rm(folder, { recursive: true }); });

async function ask(operation) {
  const response = await fetch(worker.url, { method: 'POST', body: JSON.stringify(operation) });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}
const base64 = (text) => Buffer.from(text).toString('base64');
const textOf = (entry) => entry && Buffer.from(entry.value, 'base64').toString();

// The operations at a moment that a test chooses, as C++ callers see them.
class Store {
  now = Date.now();
  advance(milliseconds) { this.now += milliseconds; }
  get later() { return this.now + 3_600_000; }
  async get(key) { return (await ask({ kind: 'get', key, now: this.now })).entry; }
  async put(key, text, expiresAt = this.later) { return (await ask({ kind: 'put', key, value: base64(text), expiresAt, now: this.now })).done; }
  async create(key, text, expiresAt = this.later) { return (await ask({ kind: 'create', key, value: base64(text), expiresAt, now: this.now })).done; }
  async replace(key, version, text, expiresAt = this.later) { return (await ask({ kind: 'replace', key, version, value: base64(text), expiresAt, now: this.now })).done; }
  async take(key) { return (await ask({ kind: 'take', key, now: this.now })).entry; }
  async remove(key) { return (await ask({ kind: 'remove', key, now: this.now })).done; }
  async scan(prefix, after = '', count = 100) { return (await ask({ kind: 'scan', key: prefix, after, count, now: this.now })).entries; }
}
let numbers = 0;
const freshKey = (kind = 'code') => `${kind}/t${++numbers}`;
const storage = async (partition) => (await fetch(`${worker.url}/storage?partition=${encodeURIComponent(partition)}`)).json();

test('to ask for what was never written stores nothing', async () => {
  const [store, key] = [new Store(), freshKey()];
  assert.equal(await store.get(key), null);
  assert.equal(await store.take(key), null);
  await store.remove(key);
  assert.deepEqual((await storage(key)).tables, []);
});

describe('scan', () => {
  const store = new Store();
  test('the kinds that are scanned as a whole are in one object', async () => {
    for (const id of ['c', 'a', 'b']) await store.put(`revoked/${id}`, '');
    assert.deepEqual((await store.scan('revoked/')).map(({ key }) => key), ['revoked/a', 'revoked/b', 'revoked/c']);
    assert.equal((await storage('revoked')).rows, 3);
  });
  test('one that would have to look into many objects is refused, not answered with too little', async () => {
    for (const prefix of ['g/', 'g/u1', 'g', 'revoked']) {
      const response = await fetch(worker.url, { method: 'POST', body: JSON.stringify({ kind: 'scan', key: prefix, after: '', count: 1, now: 0 }) });
      assert.equal(response.status, 500, prefix);
      assert.match(await response.text(), /one partition/);
    }
  });
});

describe('races', () => {
  test('of 64 who create, replace or take at once, one wins, every time', async () => {
    const store = new Store();
    const winners = async (attempt) => (await Promise.all(Array.from({ length: 64 }, attempt))).filter(Boolean).length;
    for (let round = 0; round < 25; ++round) {
      const key = freshKey('race');
      assert.equal(await winners(() => store.create(key, 'mine')), 1);
      const { version } = await store.get(key);
      assert.equal(await winners(() => store.replace(key, version, 'mine')), 1);
      assert.equal(await winners(() => store.take(key)), 1);
    }
  });
});

describe('what is kept on disk', () => {
  const emptied = (partition) => eventually(async () => (await storage(partition)).tables.length === 0, `the end of ${partition}`);
  test('the alarm sweeps what has expired and keeps what has not', async () => {
    const store = new Store();
    await store.put('mixed/u/old', 'x', store.now + 5000);
    await store.put('mixed/u/new', 'x', store.now + 60_000);
    assert.equal((await storage('mixed/u')).rows, 2);
    await eventually(async () => (await storage('mixed/u')).rows === 1, 'the sweep');
    assert.equal(textOf(await store.get('mixed/u/new')), 'x');
  });
  test('an object with nothing left in it gives its storage back, and works on afterwards with new versions', async () => {
    const store = new Store();
    const key = freshKey();
    const versions = [];
    for (let round = 0; round < 3; ++round) {
      store.now = Date.now();
      await store.create(key, 'x', store.now + 5000);
      versions.push((await store.get(key)).version);
      if (round === 1) await store.take(key);
      await emptied(key);
    }
    assert.ok(versions[0] < versions[1] && versions[1] < versions[2], versions.join());
  });
  test('an evicted object finds its records, its versions and its alarm again', async () => {
    const store = new Store();
    const key = freshKey();
    await store.put(key, 'kept', store.now + 5000);
    const { version } = await store.get(key);
    const { instance } = await storage(key);
    await worker.miniflare.unsafeEvictDurableObject('worker-0', 'StoreObject', { name: key });
    assert.equal((await store.get(key)).version, version);
    assert.notEqual((await storage(key)).instance, instance, 'it did begin anew');
    assert.equal(await store.replace(key, version, 'changed', store.now + 5000), true);
    assert.ok((await store.get(key)).version > version);
    await emptied(key);
  });
  test('a restart loses nothing, and rings the alarms that were due meanwhile', async () => {
    const store = new Store();
    const [kept, removed, due] = [freshKey(), freshKey(), freshKey()];
    await store.put(kept, 'kept');
    await store.create(removed, 'x');
    await store.take(removed);
    await store.put(due, 'x', store.now + 100);
    await worker.stop();
    await sleep(500);
    await start();
    assert.equal(textOf(await store.get(kept)), 'kept');
    assert.equal(await store.get(removed), null);
    await emptied(due);
  });
});

describe('the cache in KV', () => {
  const cache = async (what, query = '') => (await fetch(`${worker.url}/cache${query}`, { method: 'POST', body: JSON.stringify(what) })).json();
  test('what was put is there, also with a time to live below the floor of KV', async () => {
    assert.equal(await cache({ key: 'jwks/a' }), null);
    await cache({ key: 'jwks/a', text: 'caf\u00e9', ttl: 1.5 });
    assert.equal(await eventually(() => cache({ key: 'jwks/a' }), 'it'), 'caf\u00e9');
  });
  test('whatever goes wrong is a miss', async () => {
    await cache({ key: 'x', text: 'x', ttl: 60 }, '?broken');
    assert.equal(await cache({ key: 'x' }, '?broken'), null);
    const long = 'k'.repeat(513);
    await cache({ key: long, text: 'x', ttl: 60 });
    assert.equal(await cache({ key: long }), null);
    assert.equal(await cache({ key: '..' }), null);
  });
});
