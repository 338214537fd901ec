// The audit log: what `./dev audit` shows of calls that were really made, that it notices every tampering, and that it has
// whatever was answered before the server was killed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AuditLog, verify } from '../../scripts/audit_log.mjs';
import { Client, modernRequest, pkce } from '../harness/by_hand.mjs';
import { eventually } from '../harness/eventually.mjs';
import { Person } from '../harness/person.mjs';
import { host, startStack } from '../harness/stack.mjs';
import { ada } from '../harness/stdio.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
let stack, log;
before(async () => {
  stack = await startStack({ RATE_LIMITS: 'on', CLIENT_ADDRESS: 'X-Client-Address' });
  log = new AuditLog(stack.serverSettings.SERVER_URL, stack.serverSettings.POSTERN_SECRET);
});
after(() => stack.endWell());

async function connect(name, scope) {
  const client = await new Client(stack.mcpUrl).register();
  const { verifier, challenge } = pkce();
  const url = client.authorizationUrl(challenge);
  if (scope) url.searchParams.set('scope', scope);
  const callback = await new Person(name).connect(url, client.redirectUri);
  const { access_token: token } = await (await client.redeem(callback.searchParams.get('code'), verifier)).json();
  return { client, token };
}

async function call({ token }, name, args = {}) {
  const response = await modernRequest(stack.mcpUrl, token, 'tools/call', { name, arguments: args });
  return { status: response.status, text: await response.text() };
}

// `./dev audit`, as an operator runs it.
function audit(...args) {
  const { POSTERN_SECRET, SERVER_URL } = stack.serverSettings;
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/audit.mjs', '--vars', '/nowhere', ...args], { cwd: root, env: { POSTERN_SECRET, SERVER_URL } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}
const entriesOf = async (user) => Array.fromAsync(log.entries(user));

// Reads are written a second after they were made.
const find = (user, wanted) =>
  eventually(async () => (await entriesOf(user)).find((entry) => Object.entries(wanted).every(([name, value]) => entry[name] === value)), JSON.stringify(wanted));

test('a change is in the log before its answer, with a digest in place of its arguments; a read soon after', async () => {
  const connection = await connect('Ada');
  const { status } = await call(connection, 'cancel_order', { order_id: 'A-canary-1' });
  assert.equal(status, 200);
  const changes = async (...outcomes) => (await entriesOf(ada)).filter(({ name, outcome }) => name === 'cancel_order' && outcomes.includes(outcome));
  const [begun] = await changes('began');
  assert.equal(begun.client, connection.client.id);
  assert.match(begun.arguments, /^[\w-]{22}$/);

  await call(connection, 'cancel_order', { order_id: 'A-canary-1' });
  await call(connection, 'cancel_order', { order_id: 'A-canary-2' });
  await call(connection, 'who_am_i');
  await call(connection, 'who_am_i');
  const read = await find(ada, { name: 'who_am_i' });
  assert.deepEqual([read.outcome, read.arguments, read.call], ['ok', undefined, undefined]);
  const ended = await eventually(async () => {
    const found = await changes('ok', 'tool_error');
    return found.length === 3 && found;
  }, 'the end of each');
  const all = await changes('began');
  assert.deepEqual(all.map((entry) => entry.call).sort(), ended.map((entry) => entry.call).sort());
  assert.deepEqual(all.map((entry) => entry.arguments === begun.arguments), [true, true, false], 'equal calls look equal, others do not');
  assert.doesNotMatch(JSON.stringify(await log.records(ada)), /canary/);
});

test('who may not call is in the log as well', async () => {
  const connection = await connect('Grace', 'profile:read');
  assert.equal((await call(connection, 'cancel_order', { order_id: 'A-1' })).status, 403);
  const denied = await eventually(async () => {
    const { stdout } = await audit('--jsonl', '--client', connection.client.id);
    return stdout.split('\n').filter(Boolean).map(JSON.parse).find(({ outcome }) => outcome === 'denied');
  }, 'the refusal');
  assert.equal(denied.name, 'cancel_order');
});

test('the operator reads it by user, day, time and client, as a table and as JSON lines', async () => {
  const connection = await connect('Ada');
  await call(connection, 'cancel_order', { order_id: 'A-1' });
  const table = await audit('--user', ada);
  assert.equal(table.code, 0, table.stderr);
  assert.match(table.stdout, /^when \(UTC\) +who +client +what +outcome +took\n/);
  assert.match(table.stdout, new RegExp(`${ada}.* ${connection.client.id} +cancel_order`));
  const jsonl = async (...args) => (await audit('--jsonl', ...args)).stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const today = new Date().toISOString().slice(0, 10);
  assert.ok((await jsonl('--day', today)).some(({ user, client }) => user === ada && client === connection.client.id));
  assert.ok((await jsonl('--since', '5min')).some(({ client }) => client === connection.client.id));
  assert.ok((await jsonl('--client', connection.client.id)).every(({ client }) => client === connection.client.id));
  assert.deepEqual(await jsonl('--day', '2020-01-01'), []);
  assert.deepEqual(await jsonl('--since', '2100-01-01'), []);
  assert.deepEqual(await jsonl('--user', 'user_nobody'), []);
  assert.equal((await audit('--since', 'yesterday')).code, 2);
});

test('the people see it on their page: the latest few calls of each assistant', async () => {
  const person = new Person('Ada');
  const page = await person.upTo(`${stack.serverSettings.SERVER_URL}/connections`);
  assert.match(page.document.text, /Did lately/);
  assert.match(page.document.text, /cancel/i);
});

test('every change, removal and exchange of records is found, and the first broken link is named', async () => {
  const connection = await connect('Ada');
  for (let i = 0; i < 18; ++i) assert.equal((await call(connection, 'cancel_order', { order_id: `A-${i}` })).status, 200);
  const records = await log.records(ada);
  const judge = (tampered) => verify(tampered, log.chainKeys, Date.now()).broken;
  const copy = () => structuredClone(records);
  const last = records.findLastIndex(({ key }) => /\/b\d{10}$/.test(key));
  assert.equal(judge(records), null);
  assert.ok(last >= 17, 'a tip has been passed');

  for (let index = 0; index <= last; ++index) {
    const sequence = index + 1;
    const changed = copy();
    changed[index].value = changed[index].value.replace('"outcome":', '"outcome" :');
    assert.equal(judge(changed), `record ${sequence} is not what was written there`);
    const removed = copy().toSpliced(index, 1);
    if (index < last) assert.match(judge(removed), new RegExp(`record ${sequence} is missing`));
    if (index < last) {
      const swapped = copy();
      [swapped[index].value, swapped[index + 1].value] = [swapped[index + 1].value, swapped[index].value];
      assert.equal(judge(swapped), `record ${sequence} is not what was written there`);
    }
  }
  const moved = copy().map((record) => ({ ...record, key: record.key.replace(ada, 'user_other') }));
  assert.equal(judge(moved), 'record 1 is not what was written there');
  assert.match(judge(copy().filter(({ key }) => Number(key.slice(-10)) < 10 || key.endsWith('/tip'))), /the chain ends with record 9, and there was a record (16|32|48)/);
  const tip = copy();
  tip.at(-1).value = tip.at(-1).value.replace(/"sequence":\d+/, '"sequence":6');
  assert.equal(judge(tip), 'the tip is not what was written there');
  // A record that another key signed is no record.
  assert.match(verify(records, [Buffer.alloc(32)], Date.now()).broken, /record 1 is not/);

  const whole = await audit('--verify', '--user', ada);
  assert.deepEqual([whole.code, /1 accounts, 0 broken/.test(whole.stdout)], [0, true], whole.stdout + whole.stderr);
});

// What somebody does who can write to the store's files, natively and on Workers, but has not the server's secret.
async function tamper(change) {
  await stack.server.stop();
  for (const file of readdirSync(stack.folder, { recursive: true }).filter((each) => each.endsWith('.sqlite'))) {
    const database = new DatabaseSync(path.join(stack.folder, file));
    const isStore = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'records'").get();
    if (isStore) change(database);
    database.close();
  }
  stack.server = await stack.startServer();
}

test('whoever changes, removes or exchanges records in the store itself is found out', { timeout: 300_000 }, async () => {
  const connection = await connect('Grace');
  for (let i = 0; i < 4; ++i) await call(connection, 'cancel_order', { order_id: `G-${i}` });
  const { user } = JSON.parse((await audit('--jsonl', '--client', connection.client.id)).stdout.split('\n')[0]);
  assert.deepEqual((await audit('--verify', '--user', user)).code, 0);
  const records = (await log.records(user)).filter(({ key }) => /\/b\d+$/.test(key));
  const [first, second] = records.slice(-3).map(({ key }) => key);
  const number = (key) => Number(key.slice(-10));
  const write = (database, key, value) => database.prepare('UPDATE records SET value = ? WHERE key = ?').run(Buffer.from(value), key);
  const valueOf = (key) => records.find((record) => record.key === key).value;

  const rows = [];
  const remember = (database) => rows.push(...[first, second].map((key) => database.prepare('SELECT * FROM records WHERE key = ?').get(key)).filter(Boolean));
  const restore = (database) => rows.forEach(({ key, value, version, expires_at: until }) => {
    database.prepare('DELETE FROM records WHERE key = ?').run(key);
    database.prepare('INSERT INTO records (key, value, version, expires_at) VALUES (?, ?, ?, ?)').run(key, value, version, until);
  });
  const isTheirs = (database) => database.prepare('SELECT 1 FROM records WHERE key = ?').get(first);

  for (const [change, says] of [
    [(database) => write(database, first, valueOf(first).replace('"outcome":"', '"outcome":"x')), `record ${number(first)} is not what was written there`],
    [(database) => [write(database, first, valueOf(second)), write(database, second, valueOf(first))], `record ${number(first)} is not what was written there`],
    [(database) => database.prepare('DELETE FROM records WHERE key = ?').run(second), `record ${number(second)} is missing`],
  ]) {
    await tamper((database) => isTheirs(database) && (rows.length || remember(database), change(database)));
    const verdict = await audit('--verify', '--user', user);
    assert.equal(verdict.code, 1, verdict.stdout + verdict.stderr);
    assert.match(verdict.stdout, new RegExp(`✗ ${user}: ${says}`));
    await tamper((database) => isTheirs(database) && restore(database));
    assert.equal((await audit('--verify', '--user', user)).code, 0);
  }
});

test('only who has the key reads it, and who guesses has to wait', async () => {
  const ask = (authorization, address = '203.0.113.1', query = `user=${ada}`) =>
    fetch(`${stack.serverSettings.SERVER_URL}/api/audit?${query}`, { headers: { ...(authorization && { authorization }), 'x-client-address': address } });
  const { token } = await connect('Ada');
  for (const wrong of [undefined, 'Bearer x', `Bearer ${token}`, `Bearer ${stack.serverSettings.POSTERN_SECRET}`, `Basic ${log.readerKey}`]) {
    const response = await ask(wrong);
    assert.equal(response.status, 401);
    assert.doesNotMatch(await response.text(), /cancel_order|audit\//);
  }
  assert.equal((await ask(`Bearer ${log.readerKey}`)).status, 200);
  assert.equal((await ask(`Bearer ${log.readerKey}`, '203.0.113.1', 'user=a%2F..%2Fb')).status, 400);
  assert.equal((await ask(`Bearer ${log.readerKey}`)).headers.get('access-control-allow-origin'), null);
  const statuses = await Promise.all(Array.from({ length: 200 }, async () => (await ask('Bearer guessed', '203.0.113.2')).status));
  assert.ok(statuses.includes(429));
  assert.equal((await ask(`Bearer ${log.readerKey}`, '203.0.113.3')).status, 200);
});

test('a server that is stopped writes down first what it has in memory', { skip: host === 'workers' && 'a worker is never told that it stops' }, async () => {
  const connection = await connect('Grace');
  await call(connection, 'who_am_i');
  assert.deepEqual(await stack.server.stop(), { code: 0, signal: null });
  stack.server = await stack.startServer();
  assert.match((await audit('--jsonl', '--client', connection.client.id)).stdout, /who_am_i/);
});

test('what was answered before a SIGKILL is in the log, and the chain is whole', { timeout: 300_000 }, async () => {
  const connection = await connect('Katherine');
  const acknowledged = [];
  for (let kill = 0; kill < 3; ++kill) {
    let alive = true;
    const callers = Array.from({ length: 4 }, async (unused, caller) => {
      for (let i = 0; alive; ++i) {
        const number = `K-${kill}-${caller}-${i}`;
        try {
          const { status } = await call(connection, 'cancel_order', { order_id: number });
          if (status === 200) acknowledged.push(number);
        } catch {
          return; // it was killed
        }
      }
    });
    await eventually(() => acknowledged.length >= (kill + 1) * 10, 'ten answers', 120_000);
    await stack.killServer();
    alive = false;
    await Promise.all(callers);
  }
  const today = await log.accountsOf(new Date().toISOString().slice(0, 10));
  let begun = 0;
  for (const { account } of today) {
    const records = await log.records(account);
    assert.equal(verify(records, log.chainKeys, Date.now()).broken, null);
    begun += (await entriesOf(account)).filter(({ client, outcome }) => client === connection.client.id && outcome === 'began').length;
  }
  assert.ok(begun >= acknowledged.length, `${acknowledged.length} were answered on ${host}, ${begun} are in the log`);
});
