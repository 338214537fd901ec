// How many instructions of ours a tools/call and a bare answer cost, counted by valgrind's callgrind: the same on a busy
// machine as on a quiet one, so it tells which of two versions does less. Needs valgrind.
//   ./dev bench instructions [requests]
// The profiles stay in artifacts/: `callgrind_annotate artifacts/callgrind.call` says where they went.
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const requests = Number(process.argv[2] ?? 2000);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const release = path.join(root, process.env.POSTERN_BUILD ?? 'build/release');
const artifacts = path.join(root, 'artifacts');
const folder = await mkdtemp(path.join(tmpdir(), 'postern-bench-'));
await mkdir(artifacts, { recursive: true });

// A build folder in which the two measured programs start under callgrind, not counting yet.
const profile = (name) => path.join(artifacts, `callgrind.${name}`);
async function place(program, name) {
  const file = path.join(folder, program);
  await mkdir(path.dirname(file), { recursive: true });
  if (!name) return symlink(path.join(release, program), file);
  await writeFile(file, `#!/bin/sh\nexec valgrind -q --tool=callgrind --instr-atstart=no --callgrind-out-file=${profile(name)} ${path.join(release, program)} "$@"\n`);
  await chmod(file, 0o755);
}
await place('framework/emulators/clerk/clerk-emulator');
await place('examples/acme-app/acme-app');
await place('framework/hosts/native/postern', 'call');
await place('bench/bare_answer', 'bare');
process.env.POSTERN_BUILD = folder;
const { Program, freePort, startStack } = await import('../tests/harness/stack.mjs');
const { signedInCall } = await import('./signed_in_call.mjs');

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const send = (url, { headers, body }) =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers: { ...headers, 'Content-Length': Buffer.byteLength(body) } }, (response) => {
      response.resume().on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`))));
    });
    sent.on('error', reject).end(body);
  });

async function count(program, url, call, name) {
  for (let i = 0; i < 100; ++i) await send(url, call);
  await run('callgrind_control', ['--instr=on', String(program.process.pid)]);
  for (let i = 0; i < requests; ++i) await send(url, call);
  await run('callgrind_control', ['--instr=off', String(program.process.pid)]);
  await program.stop();
  const [, total] = /^totals: (\d+)/m.exec(await readFile(profile(name), 'utf8'));
  return Math.round(total / requests);
}

const stack = await startStack({ LOOPS: '1', LOG_LEVEL: 'warning' });
const port = await freePort();
const bare = await new Program('bare answer', 'bench/bare_answer', [String(port)], {}, `http://127.0.0.1:${port}`).ready('/');
try {
  const call = await signedInCall(stack.mcpUrl);
  const perBare = await count(bare, bare.url, call, 'bare');
  const perCall = await count(stack.server, stack.mcpUrl.replace('localhost', '127.0.0.1'), call, 'call');
  console.log(`instructions a request: bare ${perBare}   tools/call ${perCall}   of which above the listener ${perCall - perBare}`);
} finally {
  await bare.stop();
  await stack.stop();
  agent.destroy();
  await rm(folder, { recursive: true });
}
