// What clients of 2026-07-28 hear of their tasks without asking (extension io.modelcontextprotocol/tasks, task status
// notifications). By hand, as @modelcontextprotocol/client does not know the extension; clients of 2025-11-25 are in
// clients.test.mjs. On Workers a stream may be in another isolate than the task. The suite's server has the tools.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, modernRequest } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { SseReader } from '../harness/sse_reader.mjs';
import { host, startStack } from '../harness/stack.mjs';

let stack;
const tokens = {};
before(async () => {
  stack = await startStack({}, { program: 'tests/conformance/everything', bundle: 'build/conformance', instances: host === 'workers' ? 2 : 1 });
  for (const name of ['Ada', 'Grace']) tokens[name] = (await (await new Client(stack.mcpUrl).register()).signIn(new Person(name))).access_token;
});
after(() => stack.endWell());

const capabilities = { elicitation: { form: {} }, extensions: { 'io.modelcontextprotocol/tasks': {} } };
const send = (name, method, params) => modernRequest(stack.mcpUrl, tokens[name], method, params, capabilities);
const ask = async (name, method, params) => (await (await send(name, method, params)).json()).result;

async function begin(name, tool, args) {
  const task = await ask(name, 'tools/call', { name: tool, arguments: args });
  assert.equal(task.resultType, 'task', JSON.stringify(task));
  return task.taskId;
}
// The stream, and what it agreed to tell of.
async function listen(name, ...taskIds) {
  const stream = new SseReader(await send(name, 'subscriptions/listen', { notifications: { taskIds } }));
  const { method, params } = await stream.message();
  assert.equal(method, 'notifications/subscriptions/acknowledged');
  return { stream, honored: params.notifications.taskIds };
}
// The next state of a task that the stream tells of which is as wanted; on the way to it may be others.
async function until(stream, status) {
  for (;;) {
    const { method, params } = await stream.message(60_000);
    assert.equal(method, 'notifications/tasks');
    assert.equal(params._meta['io.modelcontextprotocol/subscriptionId'], 1);
    if (params.status === status) return params;
    assert.ok(['working', 'input_required'].includes(params.status), params.status);
  }
}

test('a task that is listened to need not be asked for: its outcome comes by itself', async () => {
  const taskId = await begin('Ada', 'slow_compute', { seconds: 8 });
  const { stream, honored } = await listen('Ada', taskId);
  assert.deepEqual(honored, [taskId]);
  await until(stream, 'working');
  const { _meta, ...told } = await until(stream, 'completed');
  assert.deepEqual(told.result.content, [{ type: 'text', text: 'Computed for 8 s' }]);
  const { _meta: ofResult, resultType, ...asked } = await ask('Ada', 'tasks/get', { taskId });
  assert.deepEqual(told, asked);
  await stream.cancel();
});

test('what it asks is told, is answered, and it goes on', async () => {
  const taskId = await begin('Ada', 'confirm_delete', { filename: 'a.txt' });
  const { stream } = await listen('Ada', taskId);
  const [[key, request]] = Object.entries((await until(stream, 'input_required')).inputRequests);
  assert.equal(request.params.message, 'Delete a.txt?');
  await ask('Ada', 'tasks/update', { taskId, inputResponses: { [key]: { action: 'accept', content: { ok: true } } } });
  assert.equal((await until(stream, 'completed')).result.content[0].text, 'Deleted a.txt');
  await stream.cancel();
});

test('that it was cancelled, and that it failed, is told', async () => {
  const [cancelled, broken] = [await begin('Ada', 'slow_compute', { seconds: 20 }), await begin('Ada', 'protocol_error_job', {})];
  const { stream } = await listen('Ada', cancelled, broken);
  assert.deepEqual((await until(stream, 'failed')).error, { code: -32603, message: 'This job is broken.' });
  await ask('Ada', 'tasks/cancel', { taskId: cancelled });
  assert.equal((await until(stream, 'cancelled')).taskId, cancelled);
  await stream.cancel();
});

test('nobody hears of the tasks of somebody else', async () => {
  const taskId = await begin('Ada', 'slow_compute', { seconds: 1 });
  const { stream, honored } = await listen('Grace', taskId, 'AAAAAAAAAAAAAAAAAAAAAA');
  assert.deepEqual(honored, []);
  await assert.rejects(stream.message(2_000), /nothing came/);
  await stream.cancel();
});
