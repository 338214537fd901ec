// What goes over the wire, word for word (README.md), with app/ on either host.
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Client, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';
import { playTranscript } from '../harness/transcript.mjs';

const folder = 'tests/transcripts';
let stack, known;
before(async () => {
  stack = await startStack();
  known = { origin: new URL(stack.mcpUrl).origin, token: await tokenFor(), narrow: await tokenFor('orders:read') };
});
after(() => stack.endWell());

async function tokenFor(scope) {
  const client = await new Client(stack.mcpUrl).register();
  const { verifier, challenge } = pkce();
  const url = client.authorizationUrl(challenge);
  if (scope) url.searchParams.set('scope', scope);
  const callback = await new Person('Ada').connect(url, client.redirectUri);
  return (await (await client.redeem(callback.searchParams.get('code'), verifier)).json()).access_token;
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
  test(file, () => playTranscript(`${folder}/${file}`, known));
}
