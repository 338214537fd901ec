// tools/call by a signed-in client, beside a bare keep-alive answer of the same listener, in the same run.
//
// Machines differ and are noisy, so what counts is the ratio of the two, and rounds alternate. Needs wrk and a release build.
//   ./dev bench [seconds per round] [rounds]
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Program, freePort, startStack } from '../tests/harness/stack.mjs';
import { signedInCall } from './signed_in_call.mjs';

const [seconds = 5, rounds = 5] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(path.join(tmpdir(), 'postern-bench-'));

const lua = (headers, body) => `
wrk.method = "POST"
wrk.body = ${JSON.stringify(body)}
${Object.entries(headers).map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`).join('\n')}
`;
// Requests a second of one wrk run; an answer that is not 200 stops it and shows.
async function load(url, script) {
  const wrk = spawn('wrk', ['-t1', '-c64', `-d${seconds}s`, '--latency', '-s', script, url]);
  let out = '';
  wrk.stdout.on('data', (bytes) => (out += bytes));
  await new Promise((resolve) => wrk.on('exit', resolve));
  if (/Non-2xx/.test(out)) throw new Error(out);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]), p99: /99%\s+(\S+)/.exec(out)?.[1] };
}
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const stack = await startStack({ LOOPS: '1', LOG_LEVEL: 'warning' });
const barePort = await freePort();
const bare = await new Program('bare answer', 'bench/bare_answer', [String(barePort)], {}, `http://127.0.0.1:${barePort}`).ready('/');
try {
  const { headers, body } = await signedInCall(stack.mcpUrl);
  const script = path.join(folder, 'post.lua');
  await writeFile(script, lua(headers, body));
  const rates = { bare: [], call: [] };
  for (let round = 1; round <= rounds; ++round) {
    const bareRun = await load(bare.url, script);
    const callRun = await load(stack.mcpUrl.replace('localhost', '127.0.0.1'), script);
    rates.bare.push(bareRun.rate);
    rates.call.push(callRun.rate);
    console.log(`round ${round}: bare ${bareRun.rate.toFixed(0)}/s (p99 ${bareRun.p99})   tools/call ${callRun.rate.toFixed(0)}/s (p99 ${callRun.p99})   ${((100 * callRun.rate) / bareRun.rate).toFixed(0)} %`);
  }
  const [b, c] = [median(rates.bare), median(rates.call)];
  console.log(`median: bare ${b.toFixed(0)}/s   tools/call ${c.toFixed(0)}/s   ${((100 * c) / b).toFixed(0)} %`);
} finally {
  await bare.stop();
  await stack.stop();
  await rm(folder, { recursive: true });
}
