// Starts the real programs on free ports, each knowing the others, and stops them again.
//
// The server runs on $POSTERN_HOST: native (the default), or workers, which is workerd with the bundle in build/workers.
//
//   const stack = await startStack();            // offline Clerk, example app, server
//   stack.server.url, stack.app.url, stack.clerk.url
//   await stack.clerk.control('clock/advance', { seconds: 3600 });
//   await stack.endWell();                        // all three without a complaint; or, whatever they say, stack.stop()
//
// Native programs come from $POSTERN_BUILD (default build/release). A program that ends by itself fails the test that uses it;
// what it wrote is in `log`, so that a test can also look for what must not be there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { record } from './recorder.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const build = path.resolve(root, process.env.POSTERN_BUILD ?? 'build/release');
export const host = process.env.POSTERN_HOST ?? 'native';
export const secretKey = 'sk_test_offline_clerk_for_development_only';

// So that Ctrl-C ends what was started here, too.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

// Below those that the system gives to outgoing connections, no port twice, and each process from another one on: it has to be
// free until the program starts that it is for. (What the system picks came twice in a row once in 5,000 times.)
const [firstPort, ports] = [11_000, 21_000];
let nextPort = (process.pid * 64) % ports;
export async function freePort() {
  const port = firstPort + (nextPort++ % ports);
  const server = createServer();
  const isFree = await new Promise((resolve) => server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)));
  if (!isFree) return freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Program {
  // `command` is a program of the build, or an absolute path.
  constructor(name, command, args, env, url, cwd) {
    Object.assign(this, { name, url, log: '', exit: null });
    this.process = spawn(programFile(command), args, {
      env: { PATH: process.env.PATH, ASAN_OPTIONS: 'detect_leaks=1', ...env },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own, so that kill() reaches what it started
    });
    process.on('exit', this.killer = () => this.kill());
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (bytes) => (this.log += bytes));
    this.ended = new Promise((resolve) => {
      const end = (exit) => {
        this.exit ??= exit;
        process.off('exit', this.killer);
        resolve(this.exit);
      };
      this.process.on('exit', (code, signal) => end({ code, signal }));
      // It was never there: no such program, or not built.
      this.process.on('error', (error) => {
        this.log += `${error}\n`;
        if (this.process.pid === undefined) end({ code: null, signal: null });
      });
    });
  }

  // A minute, as a loaded machine takes its time to start workerd.
  async ready(probe) {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
      if (this.exit) throw new Error(`${this.name} stopped while starting (${JSON.stringify(this.exit)}):\n${this.log}`);
      try {
        if ((await fetch(new URL(probe, this.url), { signal: AbortSignal.timeout(5_000) })).ok) return this;
      } catch {
        /* not listening, or not answering, yet */
      }
      await sleep(50);
    }
    await this.kill();
    throw new Error(`${this.name} did not answer at ${this.url}${probe}:\n${this.log}`);
  }

  // SIGKILL to it and all that it started: no farewell, nothing tidied up.
  kill() {
    if (!this.exit) process.kill(-this.process.pid, 'SIGKILL');
    return this.ended;
  }

  // The process id of the workerd that it started.
  workerd() {
    const children = readFileSync(`/proc/${this.process.pid}/task/${this.process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return children.map(Number).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0].endsWith('/workerd'));
  }

  // SIGKILL to that alone. Another is started at once.
  async killWorkerd() {
    const workerd = this.workerd();
    process.kill(workerd, 'SIGKILL');
    while (existsSync(`/proc/${workerd}`)) await sleep(1);
  }

  async stop() {
    if (!this.exit) this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), 30_000);
    const exit = await this.ended;
    clearTimeout(timer);
    return exit;
  }
}

// A program of the build, by its path there.
export const programFile = (program) => path.resolve(build, program);

export const publishableKey = (port) => `pk_test_${Buffer.from(`127.0.0.1:${port}$`).toString('base64')}`;

// What the server is at the offline Clerk's OAuth server, for AUTH_MODE=clerk-login.
export const oauthClient = { CLERK_OAUTH_CLIENT_ID: 'offlinemcpserver', CLERK_OAUTH_CLIENT_SECRET: 'offline_secret_of_the_mcp_server' };

// `webhooks`, if given, is { url, secret }: where it tells what happens. `callback` is where that client lives. With `listenPort`
// it is there, behind something that stands at `port`.
export async function startClerk(port, webhooks, callback, listenPort) {
  port ??= await freePort();
  const listener = [...(listenPort ? ['--listen', String(listenPort)] : []), ...(webhooks ? ['--webhooks', webhooks.url] : []), ...(callback ? ['--oauth-callback', callback] : [])];
  const clerk = new Program('offline Clerk', 'framework/emulators/clerk/clerk-emulator', ['--port', String(port), ...listener],
    { CLERK_SECRET_KEY: secretKey, CLERK_WEBHOOK_SECRET: webhooks?.secret ?? '' }, `http://127.0.0.1:${port}`);
  clerk.publishableKey = publishableKey(port);
  clerk.secretKey = secretKey;
  clerk.control = async (what, body = {}) => {
    const response = await fetch(`${clerk.url}/__emulator/${what}`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`/__emulator/${what}: ${response.status} ${await response.text()}`);
    return response.json().catch(() => null);
  };
  // The Backend API's, as the server asks it.
  clerk.api = (method, path, body) => fetch(`${clerk.url}/v1${path}`, {
    method, headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body),
  });
  // The newest active session of the user whose name begins so.
  clerk.sessionOf = async (name) => {
    const { users } = await (await fetch(`${clerk.url}/__emulator/state`)).json();
    const [session] = await (await clerk.api('GET', `/sessions?status=active&user_id=${users.find((user) => user.name.startsWith(name)).id}`)).json();
    return session;
  };
  clerk.clearFaults = () => fetch(`${clerk.url}/__emulator/faults`, { method: 'DELETE' });
  return clerk.ready('/.well-known/jwks.json');
}

const startHost = {
  native: (settings, { port, folder, program }) =>
    new Program('server', program, [], { ...settings, PORT: String(port), DATABASE: path.join(folder, 'postern.sqlite') }, settings.SERVER_URL),
  workers: (settings, { port, folder, bundle, instances }) =>
    new Program('server', process.execPath, [path.join(root, 'tests/harness/serve_worker.mjs'), String(port), path.join(folder, 'workerd')],
      { WORKER_VARIABLES: JSON.stringify(settings), WORKER_BUNDLE: bundle, WORKER_INSTANCES: String(instances) }, settings.SERVER_URL),
};

// The apps of examples/, and how each is started. Those from npm are installed by `./dev test` (need_example_apps).
const exampleApps = {
  'acme-app': ['examples/acme-app/acme-app', []],
  'express-app': [process.execPath, ['server.mjs']],
  'react-router-app': [process.execPath, ['node_modules/@react-router/serve/bin.js', 'build/server/index.js']],
};

// `settings` are further settings of the server, whose rate limits are off: tests are in a hurry; with CLERK_WEBHOOK_SECRET among them Clerk sends it webhooks. `program` and `bundle` are other ones than the server of app/.
// `instances` are the isolates on Workers that share the requests: serve_worker.mjs. `app` is the example that people sign in at.
// `recorded`: all that goes to and from each of the three passes a recorder (recorder.mjs), in `recorders`.
export async function startStack(settings = {}, { app = 'acme-app', program = 'framework/hosts/native/postern', bundle = 'build/workers', instances = 1, recorded = false } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'postern-'));
  const [clerkPort, appPort, serverPort] = [await freePort(), await freePort(), await freePort()];
  const [appUrl, serverUrl] = [`http://localhost:${appPort}`, `http://localhost:${serverPort}`];
  const recorders = recorded && { clerk: await record(clerkPort), app: await record(appPort), server: await record(serverPort) };
  const listenPort = (name, port) => (recorded ? recorders[name].port : port);
  const secret = settings.CLERK_WEBHOOK_SECRET;
  const clerk = await startClerk(clerkPort, secret && { url: `${serverUrl}/webhooks/clerk`, secret }, `${serverUrl}/callback`, recorded && recorders.clerk.port);
  const keys = { CLERK_PUBLISHABLE_KEY: clerk.publishableKey, CLERK_SECRET_KEY: secretKey, CLERK_API_URL: clerk.url };

  const startApp = () => {
    const own = { ...keys, MCP_SERVER_URL: serverUrl, APP_URL: appUrl, PORT: String(listenPort('app', appPort)) };
    const ofSdk = { CLERK_SIGN_IN_URL: `${clerk.url}/sign-in`, CLERK_PROXY_URL: clerk.url, CLERK_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
    const [command, args] = exampleApps[app];
    return new Program('example app', command, args, { ...own, ...ofSdk }, appUrl, path.join(root, 'examples', app)).ready('/');
  };
  const serverSecret = randomBytes(32).toString('base64url');
  const serverSettings = { ...keys, APP_URL: appUrl, SERVER_URL: serverUrl, CLERK_JWT_TEMPLATE: 'postern', POSTERN_SECRET: serverSecret, RATE_LIMITS: 'off', ...settings };
  const startServer = (changes = {}) =>
    startHost[host]({ ...serverSettings, ...changes }, { port: listenPort('server', serverPort), folder, program, bundle, instances }).ready('/readyz');

  const stack = { folder, recorders, clerk, serverSettings, app: await startApp(), server: await startServer(), startApp, startServer };
  // SIGKILL to the server, or to the workerd it lives in. It is there again when this returns.
  stack.killServer = async () => {
    if (host === 'workers') {
      await stack.server.killWorkerd();
      return stack.server.ready('/readyz');
    }
    await stack.server.kill();
    stack.server = await startServer();
  };
  stack.mcpUrl = `${serverUrl}/mcp`;
  stack.stop = async () => {
    const exits = {};
    for (const name of ['server', 'app', 'clerk']) exits[name] = await stack[name].stop();
    for (const recorder of Object.values(recorders || {})) recorder.close();
    await rm(folder, { recursive: true, force: true });
    return exits;
  };
  // What a sanitizer has found is in the exit. Example apps from npm end by the signal.
  stack.endWell = async () => {
    const { app: ofApp, ...exits } = await stack.stop();
    for (const [name, exit] of Object.entries(app === 'acme-app' ? { ...exits, app: ofApp } : exits))
      assert.deepEqual(exit, { code: 0, signal: null }, `${name} ended badly:\n${stack[name].log}`);
  };
  return stack;
}
