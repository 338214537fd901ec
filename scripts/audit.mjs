// ./dev audit: who called what, and whether the log is whole.
//
//   node scripts/audit.mjs [--user U] [--day D] [--since T] [--client C] [--verify] [--jsonl] [--url U] [--vars FILE]
//
// POSTERN_SECRET, POSTERN_SECRET_PREVIOUS and SERVER_URL are the environment's, or those of app/.dev.vars. Exits with 1 if the log is broken.
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { AuditLog, accountOf, verify } from './audit_log.mjs';

const fail = (message) => {
  console.error(`✗ ${message}`);
  process.exit(2);
};

const { values: asked } = (() => {
  try {
    return parseArgs({
      options: {
        user: { type: 'string' }, day: { type: 'string' }, since: { type: 'string' }, client: { type: 'string' },
        verify: { type: 'boolean' }, jsonl: { type: 'boolean' }, url: { type: 'string' }, vars: { type: 'string', default: 'app/.dev.vars' },
      },
    });
  } catch (error) {
    return fail(`${error.message}. docs/audit.md says what there is.`);
  }
})();

const DAY_MS = 86_400_000;
const dayOf = (time) => new Date(time).toISOString().slice(0, 10);

// A time, a date, or how long ago: "90min", "12h", "7d".
function sinceWhen(text) {
  const [, number, unit] = /^(\d+)(min|h|d)$/.exec(text) ?? [];
  if (number) return Date.now() - Number(number) * { min: 60_000, h: 3_600_000, d: DAY_MS }[unit];
  const time = Date.parse(text);
  return Number.isNaN(time) ? fail(`--since is "${text}": write a date, a time as 2026-11-28T09:30:00Z, or how long ago, such as 12h.`) : time;
}
if (asked.day && !/^\d{4}-\d{2}-\d{2}$/.test(asked.day)) fail(`--day is "${asked.day}": write it as 2026-11-28.`);
const since = asked.since && sinceWhen(asked.since);

const vars = existsSync(asked.vars) ? parseEnv(readFileSync(asked.vars, 'utf8')) : {};
const setting = (name) => process.env[name] || vars[name];
const secret = setting('POSTERN_SECRET') ?? fail(`POSTERN_SECRET is neither in the environment nor in ${asked.vars}: the key of the audit log follows from it.`);
const url = asked.url ?? setting('SERVER_URL') ?? `http://localhost:${setting('PORT') ?? 8788}`;
const log = new AuditLog(url, secret, setting('POSTERN_SECRET_PREVIOUS'));

// Who is meant: [account, first record to read]. Without a user, whoever called something on the days in question.
async function* accounts() {
  if (asked.user) return yield [asked.user, 1];
  const first = asked.day ? Date.parse(asked.day) : since ?? Date.now();
  const last = asked.day ? first : Date.now();
  const met = new Map();
  for (let day = Date.parse(dayOf(first)); day <= last; day += DAY_MS) {
    for (const { account, from } of await log.accountsOf(dayOf(day))) met.set(account, Math.min(from, met.get(account) ?? from));
  }
  yield* met;
}

const isMeant = ({ at, client }) => {
  const time = Date.parse(at);
  if (asked.client && client !== asked.client) return false;
  if (since !== undefined && time < since) return false;
  if (asked.day) return at.startsWith(asked.day);
  return asked.user || since !== undefined || at.startsWith(dayOf(Date.now()));
};

const whoIs = (user, organization) => user + (organization ? ` (${organization})` : '');
const nameOf = (account) => whoIs(...account.split('/').filter((part) => part !== '-'));

// A change is two lines. For people the second is enough, if there is one.
function forPeople(entries) {
  const ended = new Set(entries.filter(({ call, outcome }) => call && outcome !== 'began').map(({ call }) => call));
  return entries.filter(({ call, outcome }) => outcome !== 'began' || !ended.has(call));
}

function table(entries) {
  if (entries.length === 0) return console.log('Nothing was called.');
  const rows = entries.map(({ at, user, client = '', method = '', name = '', outcome, calls, ms, organization, actor }) => [
    at.replace('T', ' ').replace(/\..*|Z$/, ''), whoIs(user + (actor ? ` by ${actor}` : ''), organization), client,
    method === 'tools/call' || !method ? name : `${method.split('/')[0].replace(/s$/, '')} ${name}`,
    outcome + (calls > 1 ? ` ×${calls}` : ''), ms === undefined ? '' : `${Math.round(ms / (calls ?? 1))} ms`,
  ].map((cell) => cell.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�')));
  rows.unshift(['when (UTC)', 'who', 'client', 'what', 'outcome', 'took']);
  const widths = rows[0].map((unused, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd());
}

async function checkAll() {
  let broken = 0;
  let checked = 0;
  for await (const [meant, from] of accounts()) {
    const chains = Object.groupBy(await log.records(meant), ({ key }) => accountOf(key));
    for (const account of Object.keys(chains).length ? Object.keys(chains) : [meant]) {
      const verdict = verify(chains[account] ?? [], log.chainKeys, Date.now(), from);
      ++checked;
      if (verdict.broken) ++broken;
      console.log(verdict.broken ? `✗ ${nameOf(account)}: ${verdict.broken}`
        : `✓ ${nameOf(account)}: ${verdict.records} records, the last is ${verdict.end.sequence} ${verdict.end.code.slice(0, 8)}`);
    }
  }
  console.log(`${checked} accounts, ${broken} broken`);
  process.exitCode = broken ? 1 : 0;
}

async function show() {
  const entries = [];
  for await (const [account, from] of accounts()) {
    for await (const entry of log.entries(account, from)) {
      if (!isMeant(entry)) continue;
      if (asked.jsonl) console.log(JSON.stringify(entry));
      else entries.push(entry);
    }
  }
  if (!asked.jsonl) table(forPeople(entries).sort((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at))));
}

try {
  await (asked.verify ? checkAll() : show());
} catch (error) {
  fail(error.cause ? `${url} cannot be reached: ${error.cause.message}` : error.message);
}
