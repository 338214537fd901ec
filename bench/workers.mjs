// tools/call by a signed-in client on workerd: the server, a plain JavaScript worker that answers the same JSON, and the
// TypeScript stack (bench/peers/). In one run, rounds taking turns, because what counts is the ratio. Then the cold start.
//   ./dev bench --workers [seconds per round] [rounds]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, pkce } from '../tests/harness/by_hand.mjs';
import { Program, freePort, startStack } from '../tests/harness/stack.mjs';
import { signedInCall } from './signed_in_call.mjs';
import { load, median } from './wrk.mjs';

const [seconds = 5, rounds = 5] = process.argv.slice(2).map(Number);
const connections = 16;
const folder = await mkdtemp(path.join(tmpdir(), 'postern-bench-'));
const local = (url) => url.replace('localhost', '127.0.0.1');

async function worker(name, modules, config, variables = {}) {
  const port = await freePort();
  return new Program(name, process.execPath, ['tests/harness/serve_worker.mjs', String(port), path.join(folder, name), ...modules],
    { WORKER_VARIABLES: JSON.stringify(variables), WORKER_CONFIG: config }, `http://127.0.0.1:${port}`).ready('/');
}
const peer = (name, variables) => worker(name, [`build/peers/${name}/${name}.js`], `bench/peers/${name}.jsonc`, variables);

// A token of the TypeScript stack, by the same flow of OAuth; it signs in at once.
async function tokenOf(url) {
  const client = await new Client(`${url}/mcp`).register();
  const { verifier, challenge } = pkce();
  const back = await fetch(client.authorizationUrl(challenge), { redirect: 'manual' });
  const code = new URL(back.headers.get('location')).searchParams.get('code');
  return (await (await client.redeem(code, verifier)).json()).access_token;
}

const programs = [];
const stack = await startStack({ LOG_LEVEL: 'warning' });
try {
  const call = await signedInCall(stack.mcpUrl);
  programs.push(await peer('plain', { RESULT: JSON.stringify(call.result) }));
  programs.push(await peer('typescript', { USER: JSON.stringify(call.result.structuredContent) }));
  const [plain, typescript] = programs;
  const peerCall = { body: call.body, headers: { ...call.headers, Authorization: `Bearer ${await tokenOf(typescript.url)}` } };

  const same = async (url, { headers, body }) => {
    const answer = await (await fetch(url, { method: 'POST', headers, body })).json();
    const [got, expected] = [answer.result?.structuredContent, call.result.structuredContent];
    if (JSON.stringify(got) !== JSON.stringify(expected)) throw new Error(`${url} answers ${JSON.stringify(answer)}, not ${JSON.stringify(expected)}`);
  };
  await same(plain.url, call);
  await same(`${typescript.url}/mcp`, peerCall);

  const rows = [['plain JavaScript', plain.url, call], ['postern', local(stack.mcpUrl), call], ['TypeScript', `${typescript.url}/mcp`, peerCall]];
  const rates = rows.map(() => []);
  for (const [, url, request] of rows) await load(url, request, { seconds: 1, connections }); // warm
  for (let round = 1; round <= rounds; ++round) {
    const line = [];
    for (const [row, [name, url, request]] of rows.entries()) {
      const { rate, p99 } = await load(url, request, { seconds, connections });
      rates[row].push(rate);
      line.push(`${name} ${rate.toFixed(0)}/s (p99 ${p99})`);
    }
    console.log(`round ${round}: ${line.join('   ')}`);
  }
  const [p, s, t] = rates.map(median);
  console.log(`median: plain JavaScript ${p.toFixed(0)}/s   postern ${s.toFixed(0)}/s   TypeScript ${t.toFixed(0)}/s`);
  console.log(`postern: ${((100 * s) / p).toFixed(0)} % of plain JavaScript, ${(s / t).toFixed(1)} times TypeScript`);

  // Cold: from the start of workerd to the answer of its first call, which is signed in with a token of before.
  const coldStart = async (program, url) => {
    await program.killWorkerd();
    while (!program.workerd()) await sleep(1);
    const started = performance.now();
    while (true) {
      const answer = await fetch(url, { method: 'POST', headers: call.headers, body: call.body }).catch(() => null);
      if (answer?.status === 200 && (await answer.json()).result) return performance.now() - started;
    }
  };
  const cold = [plain, stack.server].map(() => []);
  for (let round = 0; round < rounds; ++round) {
    cold[0].push(await coldStart(plain, plain.url));
    cold[1].push(await coldStart(stack.server, local(stack.mcpUrl)));
  }
  const bare = await worker('instantiate', ['bench/instantiate.mjs', 'build/wasm/postern.wasm'], 'bench/peers/plain.jsonc');
  programs.push(bare);
  console.log(`one instance of the module: ${await (await fetch(bare.url)).text()} ms`);
  console.log(`cold start, from the start of workerd to its first call answered: plain JavaScript ${median(cold[0]).toFixed(0)} ms, postern ${median(cold[1]).toFixed(0)} ms`);
} finally {
  for (const program of programs) await program.stop();
  await stack.stop();
  await rm(folder, { recursive: true });
}
