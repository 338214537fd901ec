// Conversations word for word, as in ../transcripts, with the suite's server on either host: what app/ has no use for.
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Client } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';
import { playTranscript } from '../harness/transcript.mjs';

const folder = 'tests/conformance/transcripts';
let stack, known;
before(async () => {
  stack = await startStack({}, { program: 'tests/conformance/everything', bundle: 'build/conformance' });
  const { access_token: token } = await (await new Client(stack.mcpUrl).register()).signIn(new Person('Ada'));
  known = { origin: new URL(stack.mcpUrl).origin, token };
});
after(() => stack.endWell());

for (const file of readdirSync(folder)) {
  test(file, () => playTranscript(`${folder}/${file}`, known));
}
