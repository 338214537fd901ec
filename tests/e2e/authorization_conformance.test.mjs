// The official conformance suite's scenarios for authorization servers (@modelcontextprotocol/conformance), at each
// revision that the server speaks. A warning counts as a failure.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { Site } from '../harness/site.mjs';
import { freePort, startStack } from '../harness/stack.mjs';

const suite = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'));

let stack, site, results;
before(async () => { [stack, site, results] = [await startStack(), await Site.open(), await mkdtemp(path.join(tmpdir(), 'conformance-'))]; });
after(async () => {
  await site.close();
  await stack.stop();
  await rm(results, { recursive: true, force: true });
});

// Runs the suite; a person follows the link that it prints. Gives what it wrote of each scenario: its checks.
async function runSuite(revision, clientId, port) {
  const folder = path.join(results, `${revision}-${port}`);
  const run = spawn(process.execPath, [suite, 'authorization', '--url', new URL(stack.mcpUrl).origin, '--client-id', clientId, '--resource', stack.mcpUrl,
    '--port', String(port), '--spec-version', revision, '--output-dir', folder]);
  let said = '', walk;
  run.stdout.on('data', (bytes) => {
    said += bytes;
    const link = /^http\S+\/authorize\?\S+$/m.exec(said)?.[0];
    if (link) walk ??= new Person('Ada').connect(new URL(link), `http://127.0.0.1:${port}/callback`).then((callback) => fetch(callback));
  });
  run.stderr.on('data', (bytes) => { said += bytes; });
  const code = await new Promise((resolve) => run.on('exit', resolve));
  await walk;
  assert.equal(code, 0, said);
  const checks = [];
  for (const scenario of await readdir(folder)) checks.push(...JSON.parse(await readFile(path.join(folder, scenario, 'checks.json'), 'utf8')));
  return checks;
}

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
      const checks = await runSuite(revision, await clientOf(`http://127.0.0.1:${port}/callback`), port);
      assert.deepEqual(checks.filter(({ status }) => status !== 'SUCCESS'), []);
      const ids = checks.map(({ id }) => id);
      assert.ok(ids.includes('authorization-server-metadata') && ids.includes('authorization-code-grant'), ids.join());
    });
  }
}
