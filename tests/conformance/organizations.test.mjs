// One user, one client, two organizations: what is done in one of them is not there in the other. Then every key that is in the
// store by now, held against the table in docs/storage-schema.md. The suite's server has the tools.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuditLog, verify } from '../../scripts/audit_log.mjs';
import { Client, modernRequest, pkce } from '../harness/by_hand.mjs';
import { eventually } from '../harness/eventually.mjs';
import { acme, globex, Person } from '../harness/person.mjs';
import { SseReader } from '../harness/sse_reader.mjs';
import { host, startStack } from '../harness/stack.mjs';

const katherine = 'user_KatherineJohnson00000000003';
const places = { globex: { choose: /globex/i, account: `${katherine}/${globex}` }, acme: { choose: /acme/i, account: `${katherine}/${acme}` }, own: { choose: /your own/i, account: `${katherine}/-` } };
const watched = 'test://watched-resource';
let stack, client;
const tokens = {};

before(async () => {
  stack = await startStack({ CLERK_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('base64')}` }, { program: 'tests/conformance/everything', bundle: 'build/conformance', instances: host === 'workers' ? 2 : 1 });
  client = new Client(stack.mcpUrl);
  client.redirectUri = 'https://assistant.example/callback';
  await client.register();
  for (const [name, { choose }] of Object.entries(places)) {
    const { verifier, challenge } = pkce();
    const person = new Person('Katherine', { choose });
    const arrived = await person.goOn(await person.visit(client.authorizationUrl(challenge)), client.redirectUri, { tick: /do not ask me again/i });
    tokens[name] = await (await client.redeem(arrived.searchParams.get('code'), verifier)).json();
  }
});
after(() => stack.endWell());

const capabilities = { elicitation: { form: {} }, extensions: { 'io.modelcontextprotocol/tasks': {} } };
const send = (place, method, params) => modernRequest(stack.mcpUrl, tokens[place].access_token, method, params, capabilities);
const ask = async (place, method, params) => (await send(place, method, params)).json();
const callTool = (place, name, args = {}) => ask(place, 'tools/call', { name, arguments: args });
const others = (place) => Object.keys(places).filter((each) => each !== place);

test('role and permissions are those of the organization that was chosen, also after a refresh', async () => {
  const seen = async (place) => (await callTool(place, 'for_readers')).result?.structuredContent;
  const rights = async () => Object.fromEntries(await Promise.all(Object.keys(places).map(async (place) => [place, await seen(place)])));
  const expected = {
    globex: { organization_id: globex, role: 'org:admin', permissions: ['org:sys_memberships:read'] },
    acme: { organization_id: acme, role: 'org:member', permissions: ['org:sys_memberships:read'] },
    own: undefined,
  };
  assert.deepEqual(await rights(), expected);
  for (const place of Object.keys(places)) tokens[place] = await (await client.refresh(tokens[place].refresh_token)).json();
  assert.deepEqual(await rights(), expected);
});

test('a task of one is not there for the other: not to be asked for, listened to, answered or cancelled', async () => {
  const { result: { taskId } } = await callTool('globex', 'slow_compute', { seconds: 3 });
  assert.ok(taskId);
  assert.equal((await ask('globex', 'tasks/get', { taskId })).result.taskId, taskId);
  for (const place of others('globex')) {
    for (const [method, more] of [['tasks/get', {}], ['tasks/cancel', {}], ['tasks/update', { inputResponses: {} }]])
      assert.equal((await ask(place, method, { taskId, ...more })).error?.code, -32602, `${method} as ${place}`);
    const stream = new SseReader(await send(place, 'subscriptions/listen', { notifications: { taskIds: [taskId] } }));
    assert.deepEqual((await stream.message()).params.notifications.taskIds, []);
    await stream.cancel();
  }
  await eventually(async () => (await ask('globex', 'tasks/get', { taskId })).result.status === 'completed', 'its end');
});

test('what changes in one is told to nobody who listens in the other', async () => {
  const streams = {};
  for (const place of Object.keys(places)) {
    streams[place] = new SseReader(await send(place, 'subscriptions/listen', { notifications: { resourceSubscriptions: [watched] } }));
    await streams[place].message();
  }
  const heard = { globex: 0, acme: 0, own: 0 };
  const listening = Object.entries(streams).map(async ([place, stream]) => {
    for (let message; (message = await stream.message(60_000).catch(() => null)); ) heard[place] += message.method === 'notifications/resources/updated' ? 1 : 0;
  });
  await eventually(() => callTool('globex', 'change_watched_resource').then(() => heard.globex), 'the news');
  await sleep(500);
  assert.deepEqual([heard.acme, heard.own], [0, 0]);
  for (const stream of Object.values(streams)) await stream.cancel();
  await Promise.all(listening);
});

test('a session of 2025-11-25 is not there for the other', async () => {
  const legacy = (place, method, session, params = {}) => fetch(stack.mcpUrl, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokens[place].access_token}`, accept: 'application/json, text/event-stream', 'content-type': 'application/json',
      ...(session && { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const started = await legacy('globex', 'initialize', undefined, { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'by hand', version: '1' } });
  const session = started.headers.get('mcp-session-id');
  assert.equal((await legacy('globex', 'resources/subscribe', session, { uri: watched })).status, 200);
  for (const place of others('globex')) assert.equal((await legacy(place, 'tools/list', session)).status, 404, place);
  const streamed = await legacy('globex', 'tools/call', session, { name: 'test_tool_with_progress', arguments: {}, _meta: { progressToken: 1 } });
  assert.match(await streamed.text(), /result/);
});

test('the audit log has a chain for each, and their page shows each connection its own calls', async () => {
  const log = new AuditLog(stack.serverSettings.SERVER_URL, stack.serverSettings.POSTERN_SECRET);
  await callTool('acme', 'for_readers');
  await callTool('own', 'change_watched_resource');
  const namesOf = async (account) => (await Array.fromAsync(log.entries(account))).map(({ name }) => name);
  await eventually(async () => (await namesOf(places.acme.account)).includes('for_readers'), 'the call');
  const today = (await log.accountsOf(new Date().toISOString().slice(0, 10))).map(({ account }) => account).sort();
  assert.deepEqual(today, Object.values(places).map(({ account }) => account).sort());
  for (const { account } of Object.values(places)) {
    const records = await log.records(account);
    assert.equal(verify(records, log.chainKeys, Date.now()).broken, null);
    for (const { organization = '-' } of await Array.fromAsync(log.entries(account))) assert.equal(organization, account.split('/')[1]);
  }
  assert.ok((await namesOf(places.globex.account)).includes('slow_compute'));
  assert.ok(!(await namesOf(places.acme.account)).includes('slow_compute'));
  assert.ok((await namesOf(katherine)).includes('slow_compute'), 'the operator has all of a user');

  const person = new Person('Katherine');
  const page = await person.upTo(`${stack.serverSettings.SERVER_URL}/connections`);
  const sectionOf = (name) => page.document.querySelectorAll('section').find((each) => each.text.includes(name)).text;
  assert.match(sectionOf('Globex'), /Slow compute/);
  assert.doesNotMatch(sectionOf('Acme'), /Slow compute/);
});

// The kinds of the table, as patterns. `<account>` is two segments.
function kinds() {
  const rows = readFileSync(new URL('../../docs/storage-schema.md', import.meta.url), 'utf8').split('\n## ')[0].split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...row.split(' | ')[0].matchAll(/`([^`]+)`/g)].map(([, text]) => ({
    text,
    named: text.includes('<account>'),
    pattern: new RegExp(`^${text.split(/(<[^>]+>)/).map((part) => (part === '<account>' ? '(?:user_\\w+/(?:org_\\w+|-))' : part.startsWith('<') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('')}$`),
  })));
}

test('every key in the store is of a kind that is written down, and what belongs to a user says in which organization', async () => {
  await stack.server.stop();
  const keys = [];
  for (const file of readdirSync(stack.folder, { recursive: true }).filter((each) => each.endsWith('.sqlite'))) {
    const database = new DatabaseSync(path.join(stack.folder, file));
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'records'").get()) keys.push(...database.prepare('SELECT key FROM records').all().map(({ key }) => key));
    database.close();
  }
  stack.server = await stack.startServer();
  const table = kinds();
  const met = new Map();
  for (const key of keys) {
    const fitting = table.filter(({ pattern }) => pattern.test(key));
    assert.equal(fitting.length, 1, `${key} is ${fitting.map(({ text }) => text).join(', ') || 'in no row of the table'}`);
    met.set(fitting[0].text.split('/')[0], [...(met.get(fitting[0].text.split('/')[0]) ?? []), key]);
    if (key.includes(katherine)) assert.ok(fitting[0].named, `${key} names a user, and not in which organization`);
  }
  const accounts = Object.values(places).map(({ account }) => account);
  for (const kind of ['user', 'remembered_consent', 'audit'])
    for (const account of accounts) assert.ok(met.get(kind)?.some((key) => key.startsWith(`${kind}/${account}/`)), `${kind} of ${account}`);
  assert.deepEqual([...new Set(met.get('organization').map((key) => key.split('/')[1]))].sort(), [acme, globex]);
  assert.deepEqual([...new Set(met.get('resource_update').map((key) => key.split('/').slice(1, 3).join('/')))].sort(), [places.globex.account, places.own.account].sort());
  const owners = accounts.map((account) => createHash('sha256').update(`${account}\n\n${client.id}`).digest('hex'));
  for (const key of met.get('task')) assert.equal(key.split('/')[1], owners[0], 'the one task was of the first');
  for (const kind of ['client', 'grant', 'mcp_session', 'task_outcome', 'audit_user']) assert.ok(met.has(kind), kind);
});
