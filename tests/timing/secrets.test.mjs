// How long a comparison of secrets takes says nothing of where they differ (security.md, threat 30). Not by the clock, which on
// a busy machine says anything: callgrind counts the instructions, and they are as many whatever the guess.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const program = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..', process.env.POSTERN_BUILD ?? 'build/release', 'tests/timing/compare-secrets');
const hasValgrind = (() => {
  try {
    return Boolean(execFileSync('valgrind', ['--version']));
  } catch {
    return false;
  }
})();
const options = { skip: hasValgrind ? false : 'valgrind is not installed, so nobody counts' };

let folder;
before(async () => { folder = await mkdtemp(path.join(tmpdir(), 'postern-timing-')); });
after(() => rm(folder, { recursive: true }));

// What one comparison executes, with a guess that agrees in the first so many bytes of 32.
async function instructions(how, agreeing) {
  const profile = path.join(folder, `${how}.${agreeing}`);
  const { stdout } = await run('valgrind', ['-q', '--tool=callgrind', '--toggle-collect=counted_comparison', `--callgrind-out-file=${profile}`, program, how, String(agreeing)]);
  assert.equal(stdout.trim(), agreeing === 32 ? 'equal' : 'different');
  return Number(/^totals: (\d+)/m.exec(await readFile(profile, 'utf8'))[1]);
}
const inEach = async (how) => Promise.all([0, 1, 15, 16, 31, 32].map((agreeing) => instructions(how, agreeing)));

test('a comparison of secrets executes as many instructions wherever they differ, and if they do not', options, async (context) => {
  const counts = await inEach('constant_time');
  context.diagnostic(`${counts[0]} instructions`);
  assert.ok(counts[0] > 10, 'it was counted');
  assert.deepEqual(new Set(counts).size, 1, counts.join(' '));
});

test('the same measurement sees a comparison that stops at the first difference', options, async () => {
  const counts = await inEach('early_exit');
  assert.ok(counts.every((count, i) => i === 0 || count > counts[i - 1] || i === counts.length - 1), counts.join(' '));
});
