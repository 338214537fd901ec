// The operator replaces POSTERN_SECRET: nobody is signed out, and the audit log stays one chain.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Assistant, legacy, modern } from '../harness/assistant.mjs';
import { Client, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

const [first, second] = [0, 1].map(() => randomBytes(32).toString('base64url'));
let stack;
before(async () => { stack = await startStack({ POSTERN_SECRET: first }); });
after(() => stack.endWell());

async function restart(changes) {
  assert.deepEqual(await stack.server.stop(), { code: 0, signal: null });
  stack.server = await stack.startServer(changes);
}
async function connect(person) {
  const client = await new Client(stack.mcpUrl).register();
  const { verifier, challenge } = pkce();
  const tokens = await (await client.redeem(await client.codeFrom(person, challenge), verifier)).json();
  return { client, ...tokens };
}
const stands = async (client, token) => (await client.call(token)).status !== 401;

async function auditVerdict(secrets) {
  const env = { ...secrets, SERVER_URL: stack.serverSettings.SERVER_URL };
  const run = promisify(execFile)(process.execPath, ['scripts/audit.mjs', '--vars', '/nowhere', '--verify'], { env });
  return (await run.catch((error) => error)).stdout;
}

test('connections, and sessions in the middle of their work, go on; the new secret is enough once they were refreshed', async () => {
  const { client, access_token: token, refresh_token: refreshToken } = await connect(new Person('Grace'));
  const idle = await connect(new Person('Katherine'));
  const assistants = await Promise.all([modern, legacy].map((era) => new Assistant(stack.mcpUrl).connectAs(new Person('Ada'), era)));
  const cancel = () => Promise.all(assistants.map((each) => each.client.callTool({ name: 'cancel_order', arguments: { order_id: 'A-0' } }))); // in the audit log at once
  await cancel();

  await restart({ POSTERN_SECRET: second, POSTERN_SECRET_PREVIOUS: first });
  assert.equal(await stands(client, token), true);
  await cancel();
  const refreshed = await (await client.refresh(refreshToken)).json();
  assert.equal(await stands(client, refreshed.access_token), true);
  assert.match(await auditVerdict({ POSTERN_SECRET: second, POSTERN_SECRET_PREVIOUS: first }), /1 accounts, 0 broken/);
  assert.match(await auditVerdict({ POSTERN_SECRET: second }), /1 accounts, 1 broken/);

  await restart({ POSTERN_SECRET: second });
  assert.equal(await stands(client, token), false);
  assert.equal(await stands(client, refreshed.access_token), true);
  assert.equal((await client.refresh(refreshed.refresh_token)).status, 200);
  assert.equal((await idle.client.refresh(idle.refresh_token)).status, 400, 'never seen under the new secret');
  await Promise.all(assistants.map((each) => each.close()));
});
