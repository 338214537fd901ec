// The Store in Durable Objects, in the real workerd: every sentence of framework/postern/ports/contract/store_contract.hpp
// that an implementation decides (the limits of keys and values are the core's), and what only Workers has: alarms,
// eviction, partitions, KV.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorkerd } from '../harness/workerd.mjs';

const shim = 'framework/hosts/workers/shim';
const modules = ['tests/workers/store_worker.mjs', `${shim}/store.mjs`, `${shim}/cache.mjs`];
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

describe('changes', () => {
  const store = new Store();
  test('what was never written is not there', async () => {
    const key = freshKey();
    assert.equal(await store.get(key), null);
    assert.equal(await store.take(key), null);
    assert.equal(await store.remove(key), true);
    assert.equal(await store.replace(key, 1, 'x'), false);
    assert.equal(await store.get(key), null);
    assert.deepEqual((await storage(key)).tables, [], 'and asking for it has stored nothing');
  });
  test('a put is read back whole, and the last one wins', async () => {
    const key = freshKey();
    const bytes = '\0\u00ff text \n';
    await store.put(key, 'first', store.later + 3_600_000);
    await store.put(key, bytes);
    assert.equal(textOf(await store.get(key)), bytes);
    assert.equal((await store.get(key)).expiresAt, store.later);
    await store.put(key, '');
    assert.equal(textOf(await store.get(key)), '');
  });
  test('create never overwrites', async () => {
    const key = freshKey();
    assert.equal(await store.create(key, 'first'), true);
    assert.equal(await store.create(key, 'second', store.later + 3_600_000), false);
    assert.equal(textOf(await store.get(key)), 'first');
    assert.equal((await store.get(key)).expiresAt, store.later);
  });
  test('replace needs the version that is there now', async () => {
    const key = freshKey();
    await store.put(key, 'first');
    const { version } = await store.get(key);
    assert.equal(await store.replace(key, version + 1, 'x'), false);
    assert.equal(await store.replace(key, version, 'second', store.later + 1), true);
    assert.equal(await store.replace(key, version, 'third'), false);
    const entry = await store.get(key);
    assert.deepEqual([textOf(entry), entry.expiresAt], ['second', store.later + 1]);
    assert.notEqual(entry.version, version);
  });
  test('take gives the record once', async () => {
    const key = freshKey();
    await store.put(key, 'only');
    assert.equal(textOf(await store.take(key)), 'only');
    assert.equal(await store.take(key), null);
    assert.equal(await store.get(key), null);
  });
  test('a version never comes back, not even after remove and create', async () => {
    const key = freshKey();
    const seen = new Set();
    for (let round = 0; round < 3; ++round) {
      assert.equal(await store.create(key, 'x'), true);
      seen.add((await store.get(key)).version);
      await store.remove(key);
    }
    assert.equal(seen.size, 3);
    await store.create(key, 'x');
    for (const version of seen) assert.equal(await store.replace(key, version, 'stale'), false);
  });
  test('the largest value is kept', async () => {
    const key = freshKey();
    const largest = '\0'.repeat(64 * 1024);
    assert.equal(await store.create(key, largest), true);
    assert.equal(textOf(await store.take(key)), largest);
  });
});

describe('expiry, by the clock of the caller', () => {
  const written = async () => {
    const [store, key] = [new Store(), freshKey()];
    await store.put(key, 'old', store.now + 1000);
    return { store, key, version: (await store.get(key)).version };
  };
  test('a record is there until its moment, and gone at it', async () => {
    const { store } = await written();
    await store.put('owned/u1/a', 'old', store.now + 1000);
    store.advance(999);
    assert.equal(textOf(await store.get('owned/u1/a')), 'old');
    store.advance(1);
    assert.equal(await store.get('owned/u1/a'), null);
    assert.deepEqual(await store.scan('owned/u1/'), []);
  });
  test('an expired record can be neither taken nor replaced', async () => {
    const { store, key, version } = await written();
    store.advance(1000);
    assert.equal(await store.replace(key, version, 'x'), false);
    assert.equal(await store.take(key), null);
  });
  test('an expired record is no obstacle to create', async () => {
    const { store, key, version } = await written();
    store.advance(1000);
    assert.equal(await store.create(key, 'new'), true);
    const entry = await store.get(key);
    assert.equal(textOf(entry), 'new');
    assert.notEqual(entry.version, version);
  });
  test('what is written already expired is not there', async () => {
    const [store, key] = [new Store(), freshKey()];
    await store.put(key, 'x', store.now);
    assert.equal(await store.get(key), null);
  });
});

describe('scan', () => {
  const store = new Store();
  const keys = async (...range) => (await store.scan(...range)).map((each) => `${each.key}=${textOf(each)}`).join(' ');
  before(async () => {
    for (const key of ['g/u2/a', 'g/u1/b', 'g/u1/a', 'g/u1/B', 'g/u10/a', 'g/u1', 'h/u1/a', 'g/u1/~']) await store.put(key, key.at(-1));
  });
  test('it finds what starts with the prefix, in byte order', async () => {
    assert.equal(await keys('g/u1/'), 'g/u1/B=B g/u1/a=a g/u1/b=b g/u1/~=~');
    assert.equal(await keys('g/u3/'), '');
  });
  test('it goes on after a key, whether or not it is there, and stops at the count', async () => {
    assert.equal(await keys('g/u1/', '', 2), 'g/u1/B=B g/u1/a=a');
    assert.equal(await keys('g/u1/', 'g/u1/a', 2), 'g/u1/b=b g/u1/~=~');
    assert.equal(await keys('g/u1/', 'g/u1/aa', 1), 'g/u1/b=b');
    assert.equal(await keys('g/u1/', 'g/u1/~', 9), '');
    assert.equal(await keys('g/u1/', 'a', 1), 'g/u1/B=B');
    assert.equal(await keys('g/u1/', 'z', 1), '');
    assert.equal(await keys('g/u1/', '', 0), '');
  });
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
  const emptied = async (partition) => {
    for (let attempt = 0; attempt < 100; ++attempt) {
      if ((await storage(partition)).tables.length === 0) return true;
      await sleep(100);
    }
    return false;
  };
  test('the alarm sweeps what has expired and keeps what has not', async () => {
    const store = new Store();
    await store.put('mixed/u/old', 'x', store.now + 100);
    await store.put('mixed/u/new', 'x', store.now + 60_000);
    assert.equal((await storage('mixed/u')).rows, 2);
    for (let attempt = 0; attempt < 100 && (await storage('mixed/u')).rows === 2; ++attempt) await sleep(100);
    assert.equal((await storage('mixed/u')).rows, 1);
    assert.equal(textOf(await store.get('mixed/u/new')), 'x');
  });
  test('an object with nothing left in it gives its storage back, and works on afterwards with new versions', async () => {
    const store = new Store();
    const key = freshKey();
    const versions = [];
    for (let round = 0; round < 3; ++round) {
      store.now = Date.now();
      await store.create(key, 'x', store.now + 50);
      versions.push((await store.get(key)).version);
      if (round === 1) await store.take(key);
      assert.ok(await emptied(key));
    }
    assert.ok(versions[0] < versions[1] && versions[1] < versions[2], versions.join());
  });
  test('an evicted object finds its records, its versions and its alarm again', async () => {
    const store = new Store();
    const key = freshKey();
    await store.put(key, 'kept', store.now + 2000);
    const { version } = await store.get(key);
    const { instance } = await storage(key);
    await worker.miniflare.unsafeEvictDurableObject('', 'StoreObject', { name: key });
    assert.equal((await store.get(key)).version, version);
    assert.notEqual((await storage(key)).instance, instance, 'it did begin anew');
    assert.equal(await store.replace(key, version, 'changed', store.now + 2000), true);
    assert.ok((await store.get(key)).version > version);
    assert.ok(await emptied(key));
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
    assert.ok(await emptied(due));
  });
});

describe('the cache in KV', () => {
  const cache = async (what, query = '') => (await fetch(`${worker.url}/cache${query}`, { method: 'POST', body: JSON.stringify(what) })).json();
  test('what was put is there, also with a time to live below the floor of KV', async () => {
    assert.equal(await cache({ key: 'jwks/a' }), null);
    await cache({ key: 'jwks/a', text: 'caf\u00e9', ttl: 1.5 });
    for (let attempt = 0; attempt < 50 && (await cache({ key: 'jwks/a' })) === null; ++attempt) await sleep(20);
    assert.equal(await cache({ key: 'jwks/a' }), 'caf\u00e9');
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
