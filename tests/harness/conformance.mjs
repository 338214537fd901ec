// The official conformance suite's scenarios for authorization servers (@modelcontextprotocol/conformance). A person follows
// the link that it prints, and ends at its own callback.
//
//   const checks = await authorizationChecks({ issuer, resource, clientId, port, revision: '2026-07-28', person });
//
// `port` is where the client with this id lives: http://127.0.0.1:<port>/callback. Gives what the suite wrote of each
// scenario: its checks.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const suite = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'));

export async function authorizationChecks({ issuer, resource, clientId, port, revision, person }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'conformance-'));
  try {
    const run = spawn(process.execPath, [suite, 'authorization', '--url', issuer, '--client-id', clientId, '--resource', resource,
      '--port', String(port), '--spec-version', revision, '--output-dir', folder]);
    let said = '', walk;
    run.stdout.on('data', (bytes) => {
      said += bytes;
      const link = /^http\S+\/authorize\?\S+$/m.exec(said)?.[0];
      if (link) walk ??= person.connect(new URL(link), `http://127.0.0.1:${port}/callback`).then(deliver);
    });
    run.stderr.on('data', (bytes) => { said += bytes; });
    const code = await new Promise((resolve) => run.on('exit', resolve));
    await walk;
    assert.equal(code, 0, said);
    const checks = [];
    for (const scenario of await readdir(folder)) checks.push(...JSON.parse(await readFile(path.join(folder, scenario, 'checks.json'), 'utf8')));
    return checks;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// The suite prints its link before it listens.
async function deliver(callback) {
  for (let attempt = 0; ; ++attempt) {
    try {
      return await fetch(callback);
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(50);
    }
  }
}

// A warning counts as a failure.
export function assertAllSucceed(checks) {
  assert.deepEqual(checks.filter(({ status }) => status !== 'SUCCESS'), []);
  const ids = checks.map(({ id }) => id);
  assert.ok(ids.includes('authorization-server-metadata') && ids.includes('authorization-code-grant'), ids.join());
}
