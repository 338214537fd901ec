// The Store port on Workers: records in Durable Objects with SQLite storage.
//
//   const { entry } = await perform(env.STORE, { kind: 'take', key: 'sign_in/abc', now: Date.now() });
//   entry?.value                      // at most one caller ever gets it
//
// The contract is framework/postern/ports/store.hpp; the core has checked keys and values against its limits before they
// get here. Each partition of keys is one object, which Cloudflare runs in exactly one place. An operation is one
// synchronous transaction in it, so operations on a key happen one after another; and the runtime's output gate holds
// the answer back until what it tells of is on disk.
import { DurableObject } from 'cloudflare:workers';

/** @typedef {{ value: Uint8Array, version: number, expiresAt: number }} Entry  times in milliseconds since 1970 */
/**
 * @typedef {object} Operation
 * @property {'get'|'put'|'create'|'replace'|'take'|'remove'|'scan'} kind
 * @property {string} key         of a scan: the prefix
 * @property {number} now         what is expired is decided by the caller's clock
 * @property {Uint8Array} [value] of put, create and replace
 * @property {number} [expiresAt] of put, create and replace
 * @property {number} [version]   of replace: the one that must be there
 * @property {string} [after]     of scan: only keys beyond this one
 * @property {number} [count]     of scan: this many at most
 */
/** @typedef {{ entry: Entry|null } | { done: boolean } | { entries: (Entry & { key: string })[] }} Answer */

const SCAN_MAX = 1000; // limits::store_scan_max
const VERSIONS_PER_MS = 1024;

// Kinds that are scanned as a whole, so that all of a kind must be in one place. Their records are few and small.
const SCANNED_KINDS = new Set(['revoked']);

/**
 * The object a key lives in: `<kind>/<first segment>`, or the kind alone where it is scanned as a whole.
 * A scan's prefix must lie in one partition, so it ends its first segment with a slash.
 * @param {string} key
 * @param {Operation['kind']} [kind]
 */
export function partitionOf(key, kind = 'get') {
  const [first, second, ...rest] = key.split('/');
  if (SCANNED_KINDS.has(first) && second !== undefined) return first;
  if (kind === 'scan' && rest.length === 0) throw new RangeError('A scan must stay within one partition of the store.');
  return second === undefined ? first : `${first}/${second}`;
}

/**
 * Throws when the object cannot be reached or cannot write; then it is not known whether a change happened.
 * @param {DurableObjectNamespace<StoreObject>} namespace
 * @param {Operation} operation
 * @returns {Promise<Answer>}
 */
export const perform = async (namespace, operation) =>
  namespace.getByName(partitionOf(operation.key, operation.kind)).apply(operation);

export class StoreObject extends DurableObject {
  // By how much the clocks of machines may differ, and to spare. What a caller's clock may still call alive is not swept,
  // and a version that a clock could come back to is not forgotten.
  static grace = 3_600_000;

  /** When the alarm will ring, or null. @type {number|null} */
  #alarmAt = null;
  #hasTables = false;

  constructor(ctx, env) {
    super(ctx, env);
    ctx.blockConcurrencyWhile(async () => {
      this.#alarmAt = await ctx.storage.getAlarm();
      this.#hasTables = this.#findTables();
    });
  }

  /** @param {Operation} operation @returns {Answer} */
  apply(operation) {
    const { kind, key, now } = operation;
    switch (kind) {
      case 'get': return { entry: this.#get(key, now) };
      case 'put': return { done: this.#change(() => this.#write(operation)) };
      case 'create': return { done: this.#change(() => !this.#get(key, now) && this.#write(operation)) };
      case 'replace': return { done: this.#change(() => this.#get(key, now)?.version === operation.version && this.#write(operation)) };
      case 'take': return { entry: this.#change(() => { const entry = this.#get(key, now); this.#remove(key); return entry; }) };
      case 'remove': return { done: this.#change(() => this.#remove(key)) };
      case 'scan': return { entries: this.#scan(operation) };
      default: throw new TypeError(`The store has no operation "${kind}".`);
    }
  }

  // Sweeps what expired, and gives the storage back when nothing is left in it.
  alarm() {
    this.#alarmAt = null;
    if (!this.#hasTables) return;
    const past = Date.now() - this.constructor.grace;
    this.#rows('DELETE FROM records WHERE expires_at <= ?', past);
    const [{ earliest }] = this.#rows('SELECT min(expires_at) AS earliest FROM records');
    const lastChange = this.#lastVersion() / VERSIONS_PER_MS;
    if (earliest === null && lastChange <= past) {
      this.#hasTables = false;
      return this.ctx.storage.deleteAll();
    }
    this.#wakeFor(earliest ?? lastChange);
  }

  // --- inside a transaction -------------------------------------------------------------------------------------------

  /** @template T @param {() => T} decide @returns {T} */
  #change(decide) {
    try {
      return this.ctx.storage.transactionSync(decide);
    } catch (error) {
      [this.#hasTables, this.#alarmAt] = [this.#findTables(), null]; // what we remember may have been rolled back
      throw error;
    }
  }

  /** @returns {Entry|null} */
  #get(key, now) {
    if (!this.#hasTables) return null;
    const [row] = this.#rows('SELECT * FROM records WHERE key = ? AND expires_at > ?', key, now);
    return row ? entryOf(row) : null;
  }

  /** @param {Operation} operation */
  #write({ key, value, expiresAt }) {
    this.#makeTables();
    const version = this.#nextVersion();
    this.#rows('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)', key, value, version, expiresAt);
    this.#rows('UPDATE last_version SET version = ?', version);
    this.#wakeFor(expiresAt);
    return true;
  }

  #remove(key) {
    if (this.#hasTables) this.#rows('DELETE FROM records WHERE key = ?', key);
    return true;
  }

  /** @param {Operation} operation */
  #scan({ key: prefix, after, count, now }) {
    if (!this.#hasTables) return [];
    const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1); // keys are ASCII
    const limit = Math.min(count, SCAN_MAX);
    return this.#rows('SELECT * FROM records WHERE key >= ? AND key < ? AND key > ? AND expires_at > ? ORDER BY key LIMIT ?',
      prefix, end, after, now, limit).map((row) => ({ key: row.key, ...entryOf(row) }));
  }

  // --- versions, tables, the alarm ------------------------------------------------------------------------------------

  // Counted up from the clock: so a version does not come back even after the object was emptied and its count forgotten,
  // because it is emptied only when the clock has left the last version behind by an hour. Below 2^53 until the year 2255.
  #nextVersion() { return Math.max(this.#lastVersion() + 1, Date.now() * VERSIONS_PER_MS); }
  #lastVersion() { return this.#rows('SELECT version FROM last_version')[0].version; }

  #findTables() { return this.#rows("SELECT 1 FROM sqlite_schema WHERE name = 'records'").length > 0; }

  // Made by the first write, not before: to ask for a key that does not exist costs no storage.
  #makeTables() {
    if (this.#hasTables) return;
    this.ctx.storage.sql.exec(`
      CREATE TABLE records (key TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE INDEX records_by_expiry ON records (expires_at);
      CREATE TABLE last_version (version INTEGER NOT NULL);
      INSERT INTO last_version VALUES (0);
    `);
    this.#hasTables = true;
  }

  // The alarm is set an hour after the first record expires, and an hour from now at the earliest.
  #wakeFor(time) {
    const now = Date.now();
    const due = Math.max(time, now) + this.constructor.grace;
    if (this.#alarmAt !== null && this.#alarmAt > now && this.#alarmAt <= due) return;
    this.#alarmAt = due;
    this.ctx.storage.setAlarm(due); // not awaited: it is part of the transaction, and the output gate waits for both
  }

  #rows(sql, ...values) { return this.ctx.storage.sql.exec(sql, ...values).toArray(); }
}

const entryOf = (row) => ({ value: new Uint8Array(row.value), version: row.version, expiresAt: row.expires_at });
