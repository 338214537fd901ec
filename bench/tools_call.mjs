// tools/call by a signed-in client, beside a bare keep-alive answer of the same listener, in the same run.
//
// Machines differ and are noisy, so what counts is the ratio of the two, and rounds alternate. Needs wrk and a release build.
//   ./dev bench [seconds per round] [rounds]
import { Program, freePort, startStack } from '../tests/harness/stack.mjs';
import { signedInCall } from './signed_in_call.mjs';
import { load, median } from './wrk.mjs';

const [seconds = 5, rounds = 5] = process.argv.slice(2).map(Number);

const stack = await startStack({ LOOPS: '1', LOG_LEVEL: 'warning' });
const barePort = await freePort();
const bare = await new Program('bare answer', 'bench/bare_answer', [String(barePort)], {}, `http://127.0.0.1:${barePort}`).ready('/');
try {
  const call = await signedInCall(stack.mcpUrl);
  const rates = { bare: [], call: [] };
  for (let round = 1; round <= rounds; ++round) {
    const bareRun = await load(bare.url, call, { seconds });
    const callRun = await load(stack.mcpUrl.replace('localhost', '127.0.0.1'), call, { seconds });
    rates.bare.push(bareRun.rate);
    rates.call.push(callRun.rate);
    console.log(`round ${round}: bare ${bareRun.rate.toFixed(0)}/s (p99 ${bareRun.p99})   tools/call ${callRun.rate.toFixed(0)}/s (p99 ${callRun.p99})   ${((100 * callRun.rate) / bareRun.rate).toFixed(0)} %`);
  }
  const [b, c] = [median(rates.bare), median(rates.call)];
  console.log(`median: bare ${b.toFixed(0)}/s   tools/call ${c.toFixed(0)}/s   ${((100 * c) / b).toFixed(0)} %`);
} finally {
  await bare.stop();
  await stack.stop();
}
