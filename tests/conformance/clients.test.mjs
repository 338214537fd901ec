// The real clients of both eras use every feature that the suite's server has (everything.cpp), signed in: what the suite
// shows of the wire, this shows of the clients.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v1 from '@modelcontextprotocol/sdk/types.js';
import { Assistant, legacy, modern } from '../harness/assistant.mjs';
import { Client, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { host, startStack } from '../harness/stack.mjs';
import { connectByStdio, stdioServer } from '../harness/stdio.mjs';

const program = 'tests/conformance/everything';
let stack;
before(async () => { stack = await startStack({}, { program, bundle: 'build/conformance' }); });
after(async () => {
  for (const [name, exit] of Object.entries(await stack.stop())) assert.deepEqual(exit, { code: 0, signal: null }, `${name} ended badly:\n${stack[name].log}`);
});

const text = (result) => result.content.map((each) => each.text ?? '').join('\n');
const schemas = { 'elicitation/create': v1.ElicitRequestSchema, 'sampling/createMessage': v1.CreateMessageRequestSchema, 'roots/list': v1.ListRootsRequestSchema };
const handle = (era, client, method, handler) => client.setRequestHandler(era === legacy ? schemas[method] : method, handler);

const http = async (era) => (await new Assistant(stack.mcpUrl, { clientName: era.name }).connectAs(new Person('Ada'), era)).client;
const stdio = async (era) => connectByStdio(era, await stdioServer(stack, { program }));
const ways = host === 'native' ? { http, stdio } : { http };

for (const [way, connect] of Object.entries(ways)) for (const era of [modern, legacy]) {
  describe(`a client of ${era.name} over ${way}`, () => {
    let client;
    const asked = [];
    before(async () => {
      const capable = { ...era, client: () => {
        const made = era.client();
        made.registerCapabilities({ elicitation: { form: {} }, sampling: {}, roots: {} });
        handle(era, made, 'elicitation/create', async ({ params }) => {
          asked.push(params.message);
          const [name] = Object.keys(params.requestedSchema.properties);
          return { action: 'accept', content: { [name]: name === 'ok' ? true : `some ${name}` } };
        });
        handle(era, made, 'sampling/createMessage', async () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'Paris' } }));
        handle(era, made, 'roots/list', async () => ({ roots: [{ uri: 'file:///a' }] }));
        return made;
      } };
      client = await connect(capable);
    });
    after(() => client?.close());

    test('reads resources: text, bytes, and by a template', async () => {
      assert.equal((await client.listResources()).resources.length, 3);
      assert.equal((await client.listResourceTemplates()).resourceTemplates[0].uriTemplate, 'test://template/{id}/data');
      assert.match((await client.readResource({ uri: 'test://static-text' })).contents[0].text, /static text/);
      assert.equal(Buffer.from((await client.readResource({ uri: 'test://static-binary' })).contents[0].blob, 'base64').subarray(1, 4).toString(), 'PNG');
      assert.equal(JSON.parse((await client.readResource({ uri: 'test://template/a%20b/data' })).contents[0].text).id, 'a b');
      await assert.rejects(client.readResource({ uri: 'test://nothing' }), /not found/i);
    });

    test('fills in prompts, and completes their arguments', async () => {
      assert.ok((await client.listPrompts()).prompts.some((prompt) => prompt.name === 'test_prompt_with_arguments'));
      const prompt = await client.getPrompt({ name: 'test_prompt_with_arguments', arguments: { arg1: 'x', arg2: 'y' } });
      assert.match(prompt.messages[0].content.text, /arg1='x', arg2='y'/);
      const { completion } = await client.complete({ ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' }, argument: { name: 'arg1', value: 'par' } });
      assert.deepEqual(completion.values, ['paris', 'park', 'party']);
    });

    test('is asked, by tools and by a prompt: the user, the model, the folders', async () => {
      assert.equal(text(await client.callTool({ name: 'test_input_required_result_multi_round', arguments: {} })), 'some name likes some color');
      assert.deepEqual(asked.splice(0), ['Step 1: What is your name?', 'Step 2: What is your favorite color?']);
      assert.equal(text(await client.callTool({ name: 'test_input_required_result_multiple_inputs', arguments: {} })), 'Name: some name; Greeting: Paris; Roots: 1');
      assert.match((await client.getPrompt({ name: 'test_input_required_result_prompt' })).messages[0].content.text, /some context/);
    });

    test('hears of progress', async () => {
      const heard = [];
      await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, ...(era === legacy ? [undefined] : []), { onprogress: (progress) => heard.push(progress.progress) });
      assert.deepEqual(heard, [0, 50, 100]);
    });

    if (era === modern) {
      test('repeats a parameter in a header, whatever is in it', async () => {
        await client.listTools();
        assert.equal(text(await client.callTool({ name: 'test_x_mcp_header', arguments: { region: 'Hello, 世界' } })), 'In Hello, 世界');
      });
    }

    if (era === legacy) {
      test('calls a tool as a task, is asked through it, and gets its result', async () => {
        const seen = [];
        await client.listTools();
        const stream = client.experimental.tasks.callToolStream({ name: 'confirm_delete', arguments: { filename: 'a.txt' } }, v1.CallToolResultSchema, { task: { ttl: 60_000 } });
        for await (const message of stream) seen.push(message);
        assert.equal(seen[0].type, 'taskCreated');
        assert.equal(seen.at(-1).type, 'result', JSON.stringify(seen.at(-1)));
        assert.equal(text(seen.at(-1).result), 'Deleted a.txt');
        assert.equal(asked.splice(0).at(-1), 'Delete a.txt?');
        const { taskId } = seen[0].task;
        assert.ok((await client.experimental.tasks.listTasks()).tasks.some((task) => task.taskId === taskId && task.status === 'completed'));
        await assert.rejects(client.experimental.tasks.cancelTask(taskId), /over already/);
      });

      test('hears of logs, from the level that it set', async () => {
        const heard = [];
        client.setNotificationHandler(v1.LoggingMessageNotificationSchema, ({ params }) => { heard.push(params.data); });
        await client.setLoggingLevel('warning');
        await client.callTool({ name: 'test_tool_with_logging', arguments: {} });
        await client.setLoggingLevel('info');
        await client.callTool({ name: 'test_tool_with_logging', arguments: {} });
        assert.equal(heard.length, 3);
      });

      test('hears that a resource changed that it subscribed to, and no longer after it unsubscribed', async () => {
        const heard = [];
        client.setNotificationHandler(v1.ResourceUpdatedNotificationSchema, ({ params }) => { heard.push(params.uri); });
        const change = () => client.callTool({ name: 'change_watched_resource', arguments: {} });
        await client.subscribeResource({ uri: 'test://watched-resource' });
        for (let attempt = 0; attempt < 50 && heard.length === 0; ++attempt) await change().then(() => sleep(20));
        assert.equal(heard[0], 'test://watched-resource');
        await client.unsubscribeResource({ uri: 'test://watched-resource' });
        const before = heard.length;
        await change();
        await sleep(100);
        assert.equal(heard.length, before);
      });
    }
  });
}

// The stream of a session (2025-11-25), by hand, so that nothing reconnects.
async function openStream() {
  const client = await new Client(stack.mcpUrl).register();
  const { verifier, challenge } = pkce();
  const tokens = await (await client.redeem(await client.codeFrom(new Person('Ada'), challenge), verifier)).json();
  const headers = { authorization: `Bearer ${tokens.access_token}`, accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'stream', version: '1' } };
  const started = await fetch(stack.mcpUrl, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }) });
  const session = { 'mcp-session-id': started.headers.get('mcp-session-id'), 'mcp-protocol-version': '2025-11-25' };
  const response = await fetch(stack.mcpUrl, { headers: { authorization: headers.authorization, accept: 'text/event-stream', ...session } });
  assert.equal(response.status, 200);
  const stream = { ended: false, revoke: () => client.revoke(tokens.refresh_token) };
  const read = async (reader) => { while (!(await reader.read()).done); };
  stream.end = read(response.body.getReader()).then(() => { stream.ended = true; });
  return stream;
}

test('an open stream ends with its connection, and that of another connection goes on', async () => {
  const [ends, stays] = [await openStream(), await openStream()];
  await ends.revoke();
  await Promise.race([ends.end, sleep(5_000)]);
  assert.deepEqual([ends.ended, stays.ended], [true, false]);
  await stays.revoke();
  await Promise.race([stays.end, sleep(5_000)]);
  assert.equal(stays.ended, true);
});
