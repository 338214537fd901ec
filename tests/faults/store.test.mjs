// SIGKILL to workerd between and during operations of the store. Afterwards every acknowledged change is there, every record
// is in a state that the answers allow, nothing was taken twice, and no version came back.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Program, freePort, host } from '../harness/stack.mjs';
import { Ledger } from './ledger.mjs';

const kills = Number(process.env.KILLS ?? 20);
const writers = 16;
const shim = 'framework/hosts/workers/shim';

test(`${kills} kills of workerd: the store keeps what it acknowledged`, {
  skip: host !== 'workers' && 'the SQLite store has its own: framework/hosts/native/ports/sqlite_crash_test.cpp', timeout: 3_600_000,
}, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'postern-faults-'));
  const port = await freePort();
  const server = new Program('store', process.execPath,
    ['tests/harness/serve_worker.mjs', String(port), path.join(folder, 'workerd'), 'tests/workers/store_worker.mjs', `${shim}/store.mjs`, `${shim}/cache.mjs`, `${shim}/bus.mjs`, `${shim}/record.mjs`],
    {}, `http://127.0.0.1:${port}`);
  const ask = async (operation) => {
    const now = Date.now();
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: JSON.stringify({ now, expiresAt: now + 86_400_000, ...operation }) });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  };
  const text = (value) => Buffer.from(value).toString('base64');
  const ledger = new Ledger(path.join(folder, 'acknowledged.jsonl'));
  const perform = (operation) => ledger.attempt(operation.key, operation.kind, () => ask(operation), operation.value);

  // The life of a code (made, taken once) and of a grant (made, changed a few times, removed), until the server dies.
  async function write(writer, round, stop) {
    for (let life = 0; !stop.now; ++life) {
      const code = `code/${round}-${writer}-${life}`;
      await perform({ kind: 'create', key: code, value: text('code') });
      if (life % 3) await perform({ kind: 'take', key: code });
      const grant = `grant/${round}-${writer}-${life}`;
      await perform({ kind: 'create', key: grant, value: text('0') });
      for (let generation = 1; generation <= 3; ++generation) {
        const { entry } = await perform({ kind: 'get', key: grant });
        await perform({ kind: 'replace', key: grant, version: entry.version, value: text(String(generation)) });
      }
      if (life % 2) await perform({ kind: 'remove', key: grant });
    }
  }

  const versions = new Map(); // "key version" -> value: what a version stood for, ever
  const figures = { acknowledged: 0, underWay: 0, records: 0, happenedUnsaid: 0 };
  async function check(subjects) {
    for (const [key, history] of subjects) {
      const { entry } = await ask({ kind: 'get', key });
      // The values that the record may have: one, or two where an operation was under way.
      let possible = new Set([null]);
      let taken = 0;
      for (const { what, detail, answer } of history) {
        if (what === 'get') {
          if (answer?.entry) meet(key, answer.entry);
          continue;
        }
        const after = what === 'take' || what === 'remove' ? null : detail;
        if (answer === undefined) possible.add(after);
        else if (what === 'take') {
          if (answer.entry) ++taken;
          possible = new Set([null]);
        } else if (answer.done) possible = new Set([after]);
        else assert.fail(`${key}: ${what} was refused, though nobody else writes it: ${JSON.stringify(history)}`);
      }
      assert.ok(possible.has(entry?.value ?? null), `${key} is ${JSON.stringify(entry)} after ${JSON.stringify(history)}`);
      assert.ok(taken <= 1, `${key} was taken ${taken} times`);
      if (entry) meet(key, entry);
      if (possible.size > 1 && (entry?.value ?? null) === [...possible].at(-1)) ++figures.happenedUnsaid;
      ++figures.records;
    }
  }
  function meet(key, { version, value }) {
    const name = `${key} ${version}`;
    assert.ok((versions.get(name) ?? value) === value, `${key}: version ${version} came back`);
    versions.set(name, value);
  }

  try {
    await server.ready('/ready');
    const checked = new Set();
    for (let round = 0; round < kills; ++round) {
      const stop = { now: false };
      const writing = Array.from({ length: writers }, (_, writer) => write(writer, round, stop).catch(() => {}));
      await Promise.race([ledger.reaches(ledger.attempts + writers + Math.floor(Math.random() * 200)), Promise.all(writing)]);
      await server.killWorkerd();
      stop.now = true;
      await Promise.all(writing);
      await server.ready('/ready');
      const fresh = [...ledger.read()].filter(([key]) => !checked.has(key));
      await check(fresh);
      for (const [key] of fresh) checked.add(key);
    }
    figures.records = 0;
    const all = ledger.read();
    await check(all); // once more: nothing changed in the kills after its own
    for (const history of all.values()) for (const { answer } of history) answer === undefined ? ++figures.underWay : ++figures.acknowledged;
    assert.ok(figures.acknowledged > kills * writers && figures.underWay > 0, JSON.stringify(figures));
    t.diagnostic(`${kills} kills, ${figures.acknowledged} acknowledged operations on ${figures.records} records: 0 lost, 0 twice, 0 back again; ` +
      `${figures.underWay} operations were under way at a kill`);
  } finally {
    ledger.close();
    await server.kill();
    await rm(folder, { recursive: true });
  }
});
