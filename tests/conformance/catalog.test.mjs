// Real clients of both eras at a server that anybody may use without signing in (catalog.cpp), where each list is longer than
// a page.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Assistant, legacy, modern } from '../harness/assistant.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

let stack;
before(async () => { stack = await startStack({}, { program: 'tests/conformance/catalog', bundle: 'build/catalog' }); });
after(() => stack.endWell());

const items = Array.from({ length: 250 }, (_, at) => `item_${at + 1}`);
const lists = {
  listTools: ['tools', [...items, 'order']], listPrompts: ['prompts', items], listResources: ['resources', items], listResourceTemplates: ['resourceTemplates', items],
};
const text = (result) => result.content[0].text;

for (const era of [modern, legacy]) describe(`a client of ${era.name}`, () => {
  const assistant = new Assistant('http://localhost', { clientName: era.name });
  before(async () => {
    assistant.mcpUrl = new URL(stack.mcpUrl);
    assistant.client = era.client();
    await assistant.client.connect(assistant.transport(era));
  });
  after(() => assistant.close());

  // The client of 2026-07-28 fetches all pages by itself, the other leaves that to its user.
  for (const [method, [member, names]] of Object.entries(lists)) {
    test(`${method}: three pages, everything once and in order`, async () => {
      const posted = () => assistant.requests.filter((request) => request.method === 'POST').length;
      const [seen, before] = [[], posted()];
      let cursor;
      do {
        const page = await assistant.client[method](cursor && { cursor });
        seen.push(...page[member].map(({ name }) => name));
        cursor = page.nextCursor;
      } while (cursor);
      assert.deepEqual(seen, names);
      assert.equal(posted() - before, 3);
    });
  }

  test('may use what is for everybody, and is nobody', async () => {
    const { client } = assistant;
    assert.equal(text(await client.callTool({ name: 'item_250', arguments: {} })), 'nobody');
    assert.equal((await client.getPrompt({ name: 'item_250' })).messages[0].content.text, 'nobody');
    assert.equal((await client.readResource({ uri: 'catalog://item_250' })).contents[0].text, 'nobody');
    assert.equal((await client.readResource({ uri: 'catalog://item_250/17' })).contents[0].text, 'item 17');
  });

  test('is sent to sign in where it must, and is somebody from then on', async () => {
    await assert.rejects(assistant.client.callTool({ name: 'order', arguments: {} }), /unauthori[sz]ed/i);
    const callback = await new Person('Ada').connect(assistant.authorizationUrl, assistant.redirectUri);
    const signedIn = assistant.transport(era);
    await era.finish(signedIn, callback);
    await assistant.close();
    assistant.client = era.client();
    await assistant.client.connect(signedIn);
    for (const name of ['order', 'item_1']) {
      assert.equal(text(await assistant.client.callTool({ name, arguments: {} })), 'user_AdaLovelace0000000000000001');
    }
  });
});
