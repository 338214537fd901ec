// What the module may ask the host to do and must wait for, by kind (../abi.md). Each takes its record apart at once,
// because the bytes are the module's, and promises the record of its outcome. A rejection means that it failed.
import { Cache } from './cache.mjs';
import { fetchBounded } from './fetch.mjs';
import { RecordWriter } from './record.mjs';
import { perform } from './store.mjs';

/** @typedef {import('./bus.mjs').Bus} Bus */
/** @typedef {import('./record.mjs').RecordReader} RecordReader */
/**
 * @typedef {object} Scope  of the request that asks
 * @property {Record<string, any>} env
 * @property {ExecutionContext} context
 * @property {AbortSignal} signal  nobody waits for the operation any more
 * @property {Bus} bus
 * @property {AbortSignal} ended   nor is there the request any more
 * @property {(key: string, topic: string, text: Uint8Array) => void} hear
 */

const nothing = new Uint8Array();
const writeEntry = (record, { value, version, expiresAt }) => record.text(value).number(version).number(expiresAt);

/** @param {RecordReader} record @param {Scope} scope */
async function sleep(record, { signal }) {
  await scheduler.wait(record.number(), { signal });
  return nothing;
}

/** @param {RecordReader} record @param {Scope} scope */
function fetch(record, { signal }) {
  const asked = {
    method: record.text(), url: record.text(), timeoutMs: record.number(), bytesMax: record.number(), headers: record.headers(),
    body: record.bytes().slice(),
  };
  return fetchBounded(asked, signal).then((answer) => answer
    ? new RecordWriter().number(0).number(answer.status).headers(answer.headers).text(answer.body).bytes()
    : new RecordWriter().number(1).bytes());
}

/** @param {RecordReader} record @param {Scope} scope */
function store(record, { env }) {
  const asked = {
    kind: record.text(), key: record.text(), now: record.number(), value: record.bytes().slice(), expiresAt: record.number(),
    version: record.number(), after: record.text(), count: record.number(),
  };
  return perform(env.STORE, asked).then((answer) => {
    const outcome = new RecordWriter();
    if ('done' in answer) return outcome.number(answer.done ? 1 : 0).bytes();
    if ('entry' in answer) return (answer.entry ? writeEntry(outcome.number(1), answer.entry) : outcome.number(0)).bytes();
    outcome.number(answer.entries.length);
    for (const entry of answer.entries) writeEntry(outcome.text(entry.key), entry);
    return outcome.bytes();
  });
}

/** @param {RecordReader} record @param {Scope} scope */
async function cacheGet(record, { env, context }) {
  const text = await new Cache(env.OAUTH_KV, context).get(record.text());
  return (text === null ? new RecordWriter().number(0) : new RecordWriter().number(1).text(text)).bytes();
}

/** @param {RecordReader} record @param {Scope} scope */
async function cachePut(record, { env, context }) {
  new Cache(env.OAUTH_KV, context).put(record.text(), record.text(), record.number());
  return nothing;
}

/** @param {RecordReader} record @param {Scope} scope */
async function publish(record, { env, bus }) {
  await bus.publish(env.BUS, record.text(), record.text(), record.bytes().slice());
  return nothing;
}

/** @param {RecordReader} record @param {Scope} scope */
async function listen(record, { env, bus, ended, hear }) {
  const key = record.text();
  await bus.listen(env.BUS, key, (topic, text) => hear(key, topic, text), ended);
  return nothing;
}

/** In the order of their numbers. @type {((record: RecordReader, scope: Scope) => Promise<Uint8Array>)[]} */
export const operations = [sleep, fetch, store, cacheGet, cachePut, publish, listen];
