// The official conformance suite's scenarios for authorization servers, at each revision that the server speaks.
import { after, before, test } from 'node:test';
import { Client } from '../harness/by_hand.mjs';
import { assertAllSucceed, authorizationChecks } from '../harness/conformance.mjs';
import { Person } from '../harness/person.mjs';
import { Site } from '../harness/site.mjs';
import { freePort, startStack } from '../harness/stack.mjs';

let stack, site;
before(async () => { [stack, site] = [await startStack(), await Site.open()]; });
after(async () => {
  await site.close();
  await stack.stop();
});

const ways = {
  'by registration': async (redirectUri) => {
    const client = new Client(stack.mcpUrl);
    client.redirectUri = redirectUri;
    return (await client.register()).id;
  },
  'with a metadata document': async (redirectUri) => site.publish('/conformance.json', { redirect_uris: [redirectUri] }),
};
for (const revision of ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']) {
  for (const [way, clientOf] of Object.entries(ways)) {
    test(`${revision}, a client known ${way}: every check succeeds`, async () => {
      const port = await freePort();
      const clientId = await clientOf(`http://127.0.0.1:${port}/callback`);
      assertAllSucceed(await authorizationChecks({ issuer: new URL(stack.mcpUrl).origin, resource: stack.mcpUrl, clientId, port, revision, person: new Person('Ada') }));
    });
  }
}
