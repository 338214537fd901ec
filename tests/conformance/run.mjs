// Runs the official conformance suite against tests/conformance/everything.cpp, signed in, and prints a line a scenario.
//
//   POSTERN_BUILD=build/asan node tests/conformance/run.mjs [--revision 2026-07-28]        ./dev conformance does that
//
// The suite knows nothing of signing in, so it talks to a proxy that adds the token. What each revision requires is the
// suite's own list, and of a revision that has none, every scenario that there is for it. What is not scored is run as well,
// and named; so is what was skipped, and why (README.md). Exit code 0 only if everything required passes.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, mkdir, rm } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from '../harness/by_hand.mjs';
import { memberOf } from '../harness/person.mjs';
import { host, startStack } from '../harness/stack.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const suite = path.join(root, 'node_modules/@modelcontextprotocol/conformance');
const { revision } = parseArgs({ options: { revision: { type: 'string' } } }).values;
const revisions = revision ? [revision] : ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'];

// Passes everything on as it is, with the token; the Host header names the server if it named the proxy. As a client would,
// it refreshes the token when that is refused: some scenarios change what its user may do.
async function startProxy(target, connection) {
  let refreshing = null;
  const refresh = async () => { connection.tokens = await (await connection.client.refresh(connection.tokens.refresh_token)).json(); };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request));
    const send = (attempt) => {
      const { access_token: token } = connection.tokens;
      const headers = { ...request.headers, authorization: `Bearer ${token}` };
      for (const name of ['host', 'origin']) headers[name] = headers[name]?.replace(`localhost:${server.address().port}`, target.host);
      if (headers.origin === undefined) delete headers.origin;
      const upstream = httpRequest({ host: target.hostname, port: target.port, path: request.url, method: request.method, headers }, async (answer) => {
        if (answer.statusCode === 401 && attempt === 1) {
          answer.resume();
          if (token === connection.tokens.access_token) await (refreshing ??= refresh().finally(() => { refreshing = null; }));
          return send(2);
        }
        response.writeHead(answer.statusCode, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
      });
      upstream.on('error', () => response.destroy());
      response.on('close', () => upstream.destroy());
      upstream.end(body);
    };
    send(1);
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  return { url: `http://localhost:${server.address().port}${target.pathname}`, close: () => (server.closeAllConnections(), server.close()) };
}

// What the suite wrote of each scenario: its checks.
async function readResults(folder) {
  const results = new Map();
  for (const name of await readdir(folder)) {
    const checks = JSON.parse(await readFile(path.join(folder, name, 'checks.json'), 'utf8'));
    const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
    results.set(scenario, checks);
  }
  return results;
}

// Null: the suite has no list for that revision.
const listOf = (revision) => path.join(suite, 'requirements', `${revision}.yaml`);
async function required(revision) {
  if (!existsSync(listOf(revision))) return null;
  const lines = (await readFile(listOf(revision), 'utf8')).split('\n');
  const begin = lines.indexOf('server:') + 1;
  const end = lines.findIndex((line, index) => index >= begin && /^\S/.test(line));
  return lines.slice(begin, end).filter((line) => /^ {2}- /.test(line)).map((line) => line.slice(4).trim());
}

async function runSuite(revision, url) {
  const folder = path.join(root, 'artifacts/conformance', host, revision);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const which = existsSync(listOf(revision)) ? ['--requirements', revision] : ['--suite', 'all', '--spec-version', revision];
  const run = spawn(process.execPath, [path.join(suite, 'dist/index.js'), 'server', ...which, '--url', url, '-o', folder],
    { stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise((resolve) => run.on('exit', resolve));

  const results = await readResults(folder);
  const list = await required(revision);
  const needed = list ?? [...results.keys()];
  let passed = 0;
  for (const scenario of [...needed, ...[...results.keys()].filter((name) => !needed.includes(name))]) {
    const checks = results.get(scenario);
    const bad = checks?.filter((check) => ['FAILURE', 'WARNING'].includes(check.status)) ?? [];
    const failed = !checks || bad.some((check) => check.status === 'FAILURE');
    if (needed.includes(scenario) && !failed) ++passed;
    const note = needed.includes(scenario) ? '' : '  (not scored)';
    const shown = checks?.some((check) => check.status === 'SUCCESS');
    console.log(`${failed ? '✗' : shown ? '✓' : '–'} ${scenario}${note}`);
    if (!checks) console.log('    it left no result');
    const skipped = checks?.filter((check) => check.status === 'SKIPPED') ?? [];
    for (const check of [...bad, ...skipped]) console.log(`    ${check.status.toLowerCase()}: ${check.id}: ${check.errorMessage ?? check.details?.note ?? check.description}`);
  }
  console.log(`${revision} on ${host}: ${passed} of ${needed.length} ${list ? 'required ' : ''}scenarios pass\n`);
  return passed === needed.length;
}

const stack = await startStack({ CLERK_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('base64')}` }, { program: 'tests/conformance/everything', bundle: 'build/conformance' });
let passed = true;
try {
  const client = await new Client(stack.mcpUrl).register('Conformance');
  const connection = { client, tokens: await client.signIn(await memberOf(stack.clerk, 'Ada')) };
  const proxy = await startProxy(new URL(stack.mcpUrl), connection);
  for (const revision of revisions) passed = (await runSuite(revision, proxy.url)) && passed;
  proxy.close();
} finally {
  await stack.stop();
}
process.exit(passed ? 0 : 1);
