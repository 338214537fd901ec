// Real clients hear that their user's rights have changed, from Clerk's webhook to the list that they show.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Assistant, legacy, modern } from '../harness/assistant.mjs';
import { eventually } from '../harness/eventually.mjs';
import { acme, memberOf } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';
import { ada } from '../harness/stdio.mjs';

let stack;
before(async () => {
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  stack = await startStack({ CLERK_WEBHOOK_SECRET: secret }, { program: 'tests/conformance/everything', bundle: 'build/conformance' });
});
after(() => stack.endWell());

const setRole = async (role) => assert.equal((await stack.clerk.api('PATCH', `/organizations/${acme}/memberships/${ada}`, { role })).status, 200);

// What the client was told of since it connected: the names in its lists, each time that they changed.
async function listener(person, era) {
  const heard = { tools: [], prompts: [] };
  const hear = (list) => ({ onChanged: (error, items) => heard[list].push(error ? String(error) : items.map(({ name }) => name)) });
  const client = () => era.client({ listChanged: { tools: hear('tools'), prompts: hear('prompts') } });
  const assistant = await new Assistant(stack.mcpUrl, { clientName: `Hears ${era.name}` }).connectAs(person, { ...era, client });
  return { heard, assistant };
}

for (const era of [modern, legacy]) {
  test(`a client of ${era.name} has the new lists without being asked to look`, async () => {
    const mine = await listener(await memberOf(stack.clerk, 'Ada'), era);
    const others = await listener(await memberOf(stack.clerk, 'Grace'), era);
    const { capabilities } = era === modern ? await mine.assistant.client.discover() : { capabilities: mine.assistant.client.getServerCapabilities() };
    assert.equal(capabilities.tools.listChanged, true);
    assert.equal(capabilities.prompts.listChanged, true);
    assert.equal(capabilities.resources.listChanged, undefined, 'no resource is kept from anybody');
    const hasStream = ({ assistant }) => assistant.requests.some(({ headers }) => headers.get('content-type') === 'text/event-stream');
    await eventually(() => hasStream(mine) && hasStream(others), 'the stream of each');

    await setRole('org:member');
    await eventually(() => mine.heard.tools.length && mine.heard.prompts.length, 'the news');
    assert.ok(mine.heard.tools[0].includes('for_readers'), JSON.stringify(mine.heard.tools));
    assert.ok(!mine.heard.tools[0].includes('for_admins'));
    assert.ok(!mine.heard.prompts[0].includes('for_admins'));
    assert.deepEqual(others.heard, { tools: [], prompts: [] }, "nobody else's business");
    await setRole('org:admin');
    for (const { assistant } of [mine, others]) await assistant.close();
  });
}
