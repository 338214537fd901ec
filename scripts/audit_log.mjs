// Reads the audit log of a running server, and checks that nobody has tampered with it: what `./dev audit` is made of.
//
//   const log = new AuditLog(serverUrl, serverSecret, previousSecret);
//   for (const { account, from } of await log.accountsOf('2026-11-28')) for await (const entry of log.entries(account, from)) ...
//   const { broken, records, end } = verify(await log.records(account), log.chainKeys, Date.now());
//
// An account is a user in one organization, or for themselves: "user_1/org_1", "user_1/-". Each has a chain of its own. Where one is
// asked for, a user's id means all of theirs.
//
// How records are made: framework/postern/audit/record.hpp. This is written from that description, not from its code.
import { createHmac, hkdfSync } from 'node:crypto';

const derive = (secret, purpose) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
const sequenceOf = (key) => Number(/\/b(\d{10})$/.exec(key)?.[1] ?? 0);
export const accountOf = (key) => key.split('/').slice(1, 3).join('/');
const isTip = (key) => key.endsWith('/tip');
const linesOf = (record) => record.value.split('\n').slice(1, -1);

export class AuditLog {
  /** @param {string} serverUrl @param {string} secret POSTERN_SECRET @param {string} [previous] POSTERN_SECRET_PREVIOUS */
  constructor(serverUrl, secret, previous) {
    this.url = new URL('/api/audit', serverUrl);
    this.readerKey = derive(secret, 'audit-reader').toString('base64url');
    this.chainKeys = [secret, previous].filter(Boolean).map((each) => derive(each, 'audit-chain'));
  }

  // All records under a user or a day, page by page. @param {Record<string, string>} question
  async *ask(question, after) {
    for (;;) {
      const url = new URL(this.url);
      for (const [name, value] of Object.entries({ ...question, ...(after && { after }) })) url.searchParams.set(name, value);
      const response = await fetch(url, { headers: { authorization: `Bearer ${this.readerKey}` }, redirect: 'manual' });
      if (!response.ok) throw new Error(await whyRefused(response, this.url));
      const { records, more } = await response.json();
      yield* records;
      if (!more) return;
      after = records.at(-1).key;
    }
  }

  /** @param {string} account */
  async records(account) { return Array.fromAsync(this.recordsAfter(account)); }
  async *recordsAfter(account, after) {
    for await (const record of this.ask({ user: account.split('/')[0] }, after)) if (record.key.startsWith(`audit/${account}/`)) yield record;
  }
  /** @param {string} day  @returns {Promise<{ account: string, from: number }[]>} */
  async accountsOf(day) {
    return (await Array.fromAsync(this.ask({ day }))).map(({ key, value }) => ({ account: key.split('/').slice(2).join('/'), from: Number(value) }));
  }

  // The entries of an account from one of its records on, in the order in which they were written.
  async *entries(account, from = 1) {
    const [user] = account.split('/');
    for await (const record of this.recordsAfter(account, from > 1 ? `audit/${account}/b${String(from - 1).padStart(10, '0')}` : undefined)) {
      if (isTip(record.key)) continue;
      for (const line of linesOf(record)) {
        try {
          yield { user, ...JSON.parse(line) };
        } catch {
          yield { user, at: '', outcome: 'unreadable', name: `a line of record ${sequenceOf(record.key)}` };
        }
      }
    }
  }
}

async function whyRefused(response, url) {
  if (response.status === 401) return `${url.origin} does not take the key that follows from POSTERN_SECRET. Is it the server's own?`;
  if (response.status === 404) return `${url.origin} keeps no audit log: AUDIT_DAYS is 0 there, or it is another server.`;
  return `${url.origin} answered ${response.status}: ${(await response.text()).slice(0, 200)}`;
}

const cutOff = (last, known) => (last ? `the chain ends with record ${last}, and there was a record ${known}` : `there is no record, and there was a record ${known}`);

/**
 * Walks the chain of one account. `broken` is the first link that does not hold, in words; null if all do.
 * @param {{ key: string, value: string, expires_at: number }[]} all
 * @param {Buffer[]} chainKeys  any of which may have signed
 * @param {number} now  milliseconds
 * @param {number} from  which record the index of a day names: it was to be written next, and those before it were there
 */
export function verify(all, chainKeys, now, from = 0) {
  const isSigned = (key, text, code) => chainKeys.some((each) => createHmac('sha256', each).update(`${key}\n${text}`).digest('base64url') === code);
  const records = all.filter(({ key }) => !isTip(key));
  let end = { sequence: 0, code: '' };
  let position = 0;
  const result = (broken) => ({ broken, records: records.length, end });
  for (const { key, value, expires_at: until } of records) {
    const sequence = sequenceOf(key);
    const at = value.lastIndexOf('\n') + 1;
    const [text, code] = [value.slice(0, at), value.slice(at)];
    const name = sequence ? `record ${sequence}` : key;
    if (!sequence) return result(`${name} is no record of this log`);
    if (!isSigned(key, text, code)) return result(`${name} is not what was written there`);
    const head = JSON.parse(text.slice(0, text.indexOf('\n')));
    if (head.sequence !== sequence) return result(`${name} says that it is record ${head.sequence}`);
    if (position++ === 0) {
      // What stood before may have expired, but not before its time.
      if (sequence > 1 && head.previous_until > now) return result(`record ${sequence - 1} is missing, and what stood before it may be, too`);
    } else if (sequence !== end.sequence + 1) {
      return result(`record ${end.sequence + 1} is missing`);
    } else if (head.previous !== end.code) {
      return result(`${name} follows another record ${end.sequence} than the one that is there`);
    }
    end = { sequence, code, until };
  }
  if (from > end.sequence + 1) return result(cutOff(end.sequence, from - 1));
  const tip = all.find(({ key }) => isTip(key));
  if (tip) {
    const at = tip.value.lastIndexOf('\n') + 1;
    const [text, code] = [tip.value.slice(0, at), tip.value.slice(at)];
    if (!isSigned(tip.key, text, code)) return result('the tip is not what was written there');
    const { sequence, until } = JSON.parse(text);
    if (sequence > end.sequence && until > now) return result(cutOff(end.sequence, sequence));
  }
  return result(null);
}
