// The real clients of both eras use every feature that the suite's server has (everything.cpp), signed in: what the suite
// shows of the wire, this shows of the clients.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v1 from '@modelcontextprotocol/sdk/types.js';
import { Assistant, legacy, modern } from '../harness/assistant.mjs';
import { Client } from '../harness/by_hand.mjs';
import { eventually } from '../harness/eventually.mjs';
import { acme, memberOf, Person } from '../harness/person.mjs';
import { openSessionStream } from '../harness/session_stream.mjs';
import { host, startStack } from '../harness/stack.mjs';
import { ada, connectByStdio, grace, stdioServer } from '../harness/stdio.mjs';

const program = 'tests/conformance/everything';
let stack;
before(async () => { stack = await startStack({}, { program, bundle: 'build/conformance' }); });
after(() => stack.endWell());

const text = (result) => result.content.map((each) => each.text ?? '').join('\n');
const schemas = { 'elicitation/create': v1.ElicitRequestSchema, 'sampling/createMessage': v1.CreateMessageRequestSchema, 'roots/list': v1.ListRootsRequestSchema };
const handle = (era, client, method, handler) => client.setRequestHandler(era === legacy ? schemas[method] : method, handler);

// A model that takes a tool if it is lent one, and repeats what that says.
function answerAsModel({ tools, messages }) {
  const message = (content, stopReason) => ({ role: 'assistant', model: 'm', content, stopReason });
  if (!tools) return message({ type: 'text', text: 'Paris' }, 'endTurn');
  const [result] = messages.at(-1).content.length ? messages.at(-1).content : [messages.at(-1).content];
  if (result.type !== 'tool_result') return message([{ type: 'tool_use', id: 'use_1', name: tools[0].name, input: { city: 'Paris' } }], 'toolUse');
  return message({ type: 'text', text: `${result.toolUseId}: ${result.content[0].text}` }, 'endTurn');
}

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
        made.registerCapabilities({ elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: {} });
        handle(era, made, 'elicitation/create', async ({ params }) => {
          asked.push(params.message);
          if (params.mode === 'url') {
            asked.push(params.url);
            return { action: 'accept' };
          }
          const [name] = Object.keys(params.requestedSchema.properties);
          return { action: 'accept', content: { [name]: name === 'ok' ? true : `some ${name}` } };
        });
        handle(era, made, 'sampling/createMessage', async ({ params }) => answerAsModel(params));
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

    test("lends the model a tool, and gives it the tool's result", async () => {
      assert.equal(text(await client.callTool({ name: 'test_sampling_with_tools', arguments: {} })), 'With a tool: use_1: 18 degrees, rain');
    });

    test('gets every kind of content, a structured result, and what people see of a tool', async () => {
      const call = async (name) => client.callTool({ name, arguments: {} });
      const kinds = async (name) => (await call(name)).content.map((each) => each.type);
      assert.deepEqual(await kinds('test_multiple_content_types'), ['text', 'image', 'resource']);
      assert.deepEqual(await kinds('test_audio_content'), ['audio']);
      assert.deepEqual(await kinds('test_resource_link'), ['resource_link']);
      assert.deepEqual((await call('test_structured_output')).structuredContent, { degrees: 18, sky: 'rain' });
      const tool = (await client.listTools()).tools.find((each) => each.name === 'test_structured_output');
      assert.deepEqual([tool.title, tool.icons[0].mimeType, tool.annotations.readOnlyHint, tool.outputSchema.type], ['The weather', 'image/svg+xml', true, 'object']);
    });

    test('sends the user to a page', async () => {
      assert.match(text(await client.callTool({ name: 'test_elicitation_url', arguments: {} })), /action=accept/);
      assert.deepEqual(asked.splice(0).slice(-2), ['Sign in to the bank.', 'https://bank.example/sign-in']);
    });

    test('is told in _meta what it said there', async () => {
      const _meta = { 'com.example/mine': 7, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
      assert.deepEqual((await client.callTool({ name: 'test_meta', arguments: {}, _meta }))._meta['com.example/repeated'], _meta);
    });

    test('hears of progress', async () => {
      const heard = [];
      await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, ...(era === legacy ? [undefined] : []), { onprogress: (progress) => heard.push(progress.progress) });
      assert.deepEqual(heard, [0, 50, 100]);
    });

    if (era === modern) {
      test('hears that a resource changed that it listens to', async () => {
        const heard = [];
        client.setNotificationHandler('notifications/resources/updated', ({ params }) => { heard.push(params.uri); });
        const subscription = await client.listen({ resourceSubscriptions: ['test://watched-resource'] });
        await client.callTool({ name: 'change_watched_resource', arguments: {} });
        await eventually(() => heard.length, 'the news');
        assert.deepEqual(heard, ['test://watched-resource']);
        await subscription.close();
      });

      test('repeats a parameter in a header, whatever is in it', async () => {
        await client.listTools();
        assert.equal(text(await client.callTool({ name: 'test_x_mcp_header', arguments: { region: 'Hello, 世界' } })), 'In Hello, 世界');
      });
    }

    if (era === legacy) {
      test('calls a tool as a task, is asked through it, and gets its result', async () => {
        const [seen, heard] = [[], []];
        client.setNotificationHandler(v1.TaskStatusNotificationSchema, ({ params }) => { heard.push(params); });
        await client.listTools();
        const stream = client.experimental.tasks.callToolStream({ name: 'confirm_delete', arguments: { filename: 'a.txt' } }, v1.CallToolResultSchema, { task: { ttl: 60_000 } });
        for await (const message of stream) seen.push(message);
        assert.equal(seen[0].type, 'taskCreated');
        assert.equal(seen.at(-1).type, 'result', JSON.stringify(seen.at(-1)));
        assert.equal(text(seen.at(-1).result), 'Deleted a.txt');
        assert.equal(asked.splice(0).at(-1), 'Delete a.txt?');
        const { taskId } = seen[0].task;
        await eventually(() => heard.at(-1)?.status === 'completed', 'its end');
        assert.deepEqual([...new Set(heard.map((task) => task.taskId))], [taskId]);
        const [first, ...then] = [...new Set(heard.map((task) => task.status))];
        assert.equal(first, 'input_required');
        assert.match(then.join(), /^(working,)?completed$/, 'what is over soon may not be told');
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
        await eventually(() => change().then(() => heard.length), 'the news'); // once its stream is open
        assert.equal(heard[0], 'test://watched-resource');
        await client.unsubscribeResource({ uri: 'test://watched-resource' });
        let before = 0;
        while (heard.length > before) { // until what was on its way has come
          before = heard.length;
          await sleep(500);
        }
        await change();
        await sleep(500);
        assert.equal(heard.length, before);
      });
    }
  });
}

// What a tool's declaration says of who may see it, for Ada, who is an admin of Acme, and for Grace, who is a member.
const organizationWays = {
  http: async (name, isMember) => (await new Assistant(stack.mcpUrl, { clientName: name }).connectAs(isMember ? await memberOf(stack.clerk, name) : new Person(name), modern)).client,
  ...(host === 'native' && {
    stdio: async (name, isMember) => connectByStdio(modern, await stdioServer(stack, { program, user: { Ada: ada, Grace: grace }[name], ...(isMember && { organization: acme }) })),
  }),
};
for (const [way, connect] of Object.entries(organizationWays)) {
  test(`over ${way}, tools for a role or a permission are there for who has it, in the organization, and for nobody else`, async () => {
    for (const { name, isMember, sees } of [
      { name: 'Ada', isMember: true, sees: { for_admins: 'org:admin', for_readers: 'org:admin' } },
      { name: 'Grace', isMember: true, sees: { for_readers: 'org:member' } },
      { name: 'Ada', isMember: false, sees: {} },
    ]) {
      const client = await connect(name, isMember);
      const listed = (await client.listTools()).tools.map((tool) => tool.name);
      for (const tool of ['for_admins', 'for_readers']) {
        assert.equal(listed.includes(tool), tool in sees, `${name}: ${tool}`);
        const called = client.callTool({ name: tool, arguments: {} });
        if (!(tool in sees)) await assert.rejects(called, /Unknown tool/);
        else assert.deepEqual((await called).structuredContent, { organization_id: acme, role: sees[tool], permissions: ['org:sys_memberships:read'] });
      }
      await client.close();
    }
  });
}

async function openStream() {
  const client = await new Client(stack.mcpUrl).register();
  const tokens = await client.signIn(new Person('Ada'));
  return Object.assign(await openSessionStream(stack.mcpUrl, tokens.access_token), { revoke: () => client.revoke(tokens.refresh_token) });
}

test('an open stream ends with its connection, and that of another connection goes on', async () => {
  const [ends, stays] = [await openStream(), await openStream()];
  await ends.revoke();
  assert.equal(await ends.endsWithin(30_000), true);
  assert.equal(stays.ended, false);
  await stays.revoke();
  assert.equal(await stays.endsWithin(30_000), true);
});

test('tools for a permission, a feature or a plan are there for who has it, as of the last refresh', async () => {
  const seen = async ({ client }) => (await client.listTools()).tools.map(({ name }) => name).filter((name) => /^for_(managers|exporters|pro)$/.test(name));
  const connect = async (person) => new Assistant(stack.mcpUrl, { clientName: `Rights ${randomUUID()}` }).connectAs(person, modern);
  assert.deepEqual(await seen(await connect(await memberOf(stack.clerk, 'Grace'))), []);

  await stack.clerk.control(`organizations/${acme}/plan`, { plan: 'pro', features: ['orders', 'reports'] });
  await stack.clerk.control(`organizations/${acme}/memberships/${grace}/permissions`, { permissions: ['org:orders:manage', 'org:reports:read'] });
  await stack.clerk.control(`users/${grace}/plan`, { plan: 'gold', features: ['export'] });
  const assistant = await connect(await memberOf(stack.clerk, 'Grace'));
  assert.deepEqual(await seen(assistant), ['for_managers', 'for_exporters', 'for_pro']);
  const { structuredContent } = await assistant.client.callTool({ name: 'for_pro', arguments: {} });
  assert.deepEqual(structuredContent.permissions.toSorted(), ['org:orders:manage', 'org:sys_memberships:read']);
  assert.deepEqual(await seen(await connect(new Person('Grace'))), ['for_exporters'], 'her own plan goes with her');

  await stack.clerk.control(`organizations/${acme}/plan`, { plan: 'free' });
  await stack.clerk.control(`organizations/${acme}/memberships/${grace}/permissions`, { permissions: [] });
  assistant.tokens = { ...assistant.tokens, access_token: 'pat_ended' }; // so that the client refreshes
  await assert.rejects(assistant.client.callTool({ name: 'for_pro', arguments: {} }), /unknown tool/i);
  const again = Object.assign(new Assistant(stack.mcpUrl), { tokens: assistant.tokens, registration: assistant.registration, client: modern.client() }); // one that keeps no list
  await again.client.connect(again.transport(modern));
  assert.deepEqual(await seen(again), ['for_exporters']);
});
