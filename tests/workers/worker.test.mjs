// What the worker itself decides before the module is asked.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../harness/stack.mjs';
import { bundle, startWorkerd } from '../harness/workerd.mjs';

const settings = {
  CLERK_PUBLISHABLE_KEY: `pk_test_${Buffer.from('clerk.example.com$').toString('base64')}`, CLERK_SECRET_KEY: 'sk_test_x', APP_URL: 'https://app.example.com',
  POSTERN_SECRET: 'a secret of a test, long enough to be one',
};
let folder, port, worker;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postern-worker-'));
  port = await freePort();
  worker = await startWorkerd({ modules: bundle(), persist: folder, port, variables: { ...settings, SERVER_URL: `http://127.0.0.1:${port}` } });
});
after(async () => { await worker?.stop(); await rm(folder, { recursive: true }); });

const megabyte = 1024 * 1024;
const register = (body) => fetch(`${worker.url}/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' });
const inPieces = (size) => new ReadableStream({
  pull(controller) {
    const piece = Math.min(size, 64 * 1024);
    if (piece) controller.enqueue(new Uint8Array(piece).fill(0x20));
    else controller.close();
    size -= piece;
  },
});

test('a body of more than a megabyte is refused, whether or not it says its size', async () => {
  assert.equal((await register(new Uint8Array(megabyte + 1).fill(0x20))).status, 413);
  assert.equal((await register(inPieces(megabyte + 1))).status, 413);
});
test('a body of a megabyte is not too large for the worker, in either way', async () => {
  const whole = await register(new Uint8Array(megabyte).fill(0x20));
  const pieces = await register(inPieces(megabyte));
  assert.equal(pieces.status, whole.status);
  const answers = [await whole.json(), await pieces.json()];
  for (const { error } of answers) assert.notEqual(error, 'too_large', JSON.stringify(answers));
});
test('a client that gets both ways the same body gets the same answer', async () => {
  const text = JSON.stringify({ client_name: 'Twice', redirect_uris: ['http://127.0.0.1:33418/callback'], token_endpoint_auth_method: 'none' });
  const whole = await (await register(text)).json();
  const pieces = await (await register(new Blob([text]).stream())).json();
  assert.match(whole.client_id, /^public_/);
  assert.equal(pieces.client_id, whole.client_id);
});
test('with wrong settings it says so, and nothing of them', async () => {
  const other = await startWorkerd({ modules: bundle(), persist: path.join(folder, 'other'), port: await freePort(), variables: { ...settings, POSTERN_SECRET: 'short' } });
  const response = await fetch(`${other.url}/mcp`);
  assert.equal(response.status, 503);
  assert.doesNotMatch(await response.text(), /short|sk_test/);
  await other.stop();
});
