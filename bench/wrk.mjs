// Load by wrk: fixed requests over kept connections, each answer checked to be a 200.
//
//   const { rate, p99 } = await load(url, { headers, body }, { seconds: 5, connections: 64 });
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const lua = (headers, body) => `
wrk.method = "POST"
wrk.body = ${JSON.stringify(body)}
${Object.entries(headers).map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`).join('\n')}
`;

export async function load(url, { headers, body }, { seconds, connections = 64 }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'postern-bench-'));
  const script = path.join(folder, 'post.lua');
  await writeFile(script, lua(headers, body));
  const wrk = spawn('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, url]);
  let out = '';
  wrk.stdout.on('data', (bytes) => (out += bytes));
  await new Promise((resolve) => wrk.on('exit', resolve));
  await rm(folder, { recursive: true });
  if (/Non-2xx|Socket errors/.test(out)) throw new Error(out);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]), p99: /^\s+99%\s+(\S+)/m.exec(out)?.[1] };
}

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
