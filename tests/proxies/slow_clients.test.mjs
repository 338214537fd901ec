// slowhttptest against the server as it stands behind a proxy, where no limit by address helps it (threat 35).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Program, freePort, host, startStack } from '../harness/stack.mjs';

const CONNECTIONS = 400; // of each kind, at once

// What became of them within so many seconds.
async function attack(url, seconds, ...kind) {
  const { stdout } = await promisify(execFile)('slowhttptest', ['-c', CONNECTIONS, '-r', CONNECTIONS, '-l', seconds, '-u', url, ...kind].map(String));
  return /Exit status: (.*)/.exec(stdout.replaceAll(/\x1b\[[\d;]*[A-Za-z]/g, ''))[1];
}

test('1,200 slow clients at once: others are served, and slow requests are ended', { skip: host !== 'native' && 'Cloudflare reads requests before a worker does' }, async () => {
  const stack = await startStack();
  const port = await freePort();
  const settings = { ...stack.serverSettings, SERVER_URL: `https://localhost:${port}`, PORT: String(port), DATABASE: path.join(stack.folder, 'attacked.sqlite') };
  const server = await new Program('attacked server', 'framework/hosts/native/postern', [], settings, `http://127.0.0.1:${port}`).ready('/readyz');
  try {
    let underAttack = true;
    const url = `http://localhost:${port}/token`;
    const attacks = Promise.all([
      attack(url, 60, '-H', '-i', 2),            // a header may take 10 s (serve.hpp),
      attack(url, 90, '-B', '-i', 2, '-s', 8192), // a body 30
      attack(url, 45, '-X', '-k', 10, '-n', 1, '-z', 8, '-w', 10, '-y', 20), // who reads slowly but reads may stay
    ]).finally(() => { underAttack = false; });
    for (let served = 0; underAttack; ++served) {
      const answer = await fetch(`${server.url}/readyz`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(20_000) });
      assert.equal(answer.status, 200, `the answer after ${served} others`);
      await sleep(250);
    }
    const [headers, body] = await attacks;
    assert.equal(headers, 'No open connections left');
    assert.equal(body, 'No open connections left');
  } finally {
    assert.deepEqual(await server.stop(), { code: 0, signal: null }, server.log.slice(-2000));
    await stack.stop();
  }
});
