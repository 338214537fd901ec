// ./dev deploy and ./dev secrets with the real wrangler: offline, and against an imitation of Cloudflare's API that notes what
// it is asked.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';

const config = 'app/wrangler.deploy-test.jsonc'; // beside the real one, for the paths in it
let folder, api, asked, secrets, exists;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postern-deploy-'));
  api = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('latin1')) body += part;
    asked.push({ what: `${request.method} ${request.url.replace(/^\/client\/v4\/accounts\/[^/]+/, '').split('?')[0]}`, body });
    const reply = (result, error) => {
      response.statusCode = error ? 404 : 200;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ success: !error, errors: error ? [error] : [], messages: [], result }));
    };
    const missing = () => reply(null, { code: 10007, message: 'This Worker does not exist on your account.' });
    const { what } = asked.at(-1);
    if (what === 'PATCH /workers/scripts/postern/secrets-bulk') { secrets.push(...Object.keys(JSON.parse(body).secrets)); reply([]); }
    else if (what === 'GET /workers/scripts/postern/secrets') exists ? reply(secrets.map((name) => ({ name, type: 'secret_text' }))) : missing();
    else if (what === 'GET /workers/services/postern') missing();
    else if (what.endsWith('/deployments')) reply({ deployments: [] });
    else if (what === 'GET /workers/subdomain') reply({ subdomain: 'example' });
    else if (what.endsWith('/postern/subdomain')) reply({ enabled: true, previews_enabled: false });
    else if (what.startsWith('PUT /workers/scripts/postern') || what.endsWith('/versions')) reply({ id: 'postern', deployment_id: 'deployment-1', startup_time_ms: 5 });
    else if (/^GET \/workers\/workers\/[^/]+$/.test(what)) reply({ id: 'postern', name: 'postern', subdomain: { enabled: true, previews_enabled: false } });
    else reply({});
  });
  await new Promise((resolve) => api.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => { asked = []; secrets = []; exists = true; });
after(async () => {
  api.close();
  await rm(config, { force: true });
  await rm(folder, { recursive: true });
});

// Runs a verb, with the API of ours in Cloudflare's place; `env` may take that away.
const run = (args, env = {}) => new Promise((resolve) => {
  const account = { CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${api.address().port}/client/v4`, CLOUDFLARE_API_TOKEN: 'token', CLOUDFLARE_ACCOUNT_ID: 'account' };
  execFile(process.execPath, ['scripts/deploy.mjs', ...args], {
    env: { PATH: process.env.PATH, HOME: folder, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', ...account, ...env },
  }, (error, out, err) => resolve({ code: error?.code ?? 0, said: out + err }));
});
const offline = { CLOUDFLARE_API_BASE_URL: undefined, CLOUDFLARE_API_TOKEN: undefined, CLOUDFLARE_ACCOUNT_ID: undefined };
async function configured(more = '') {
  const text = await readFile('app/wrangler.jsonc', 'utf8');
  await writeFile(config, text.replace('"SERVER_URL": ""', `${more}"SERVER_URL": "https://mcp.example.com"`).replace('"APP_URL": ""', '"APP_URL": "https://app.example.com"')
    .replace('{ "binding": "OAUTH_KV" }', `{ "binding": "OAUTH_KV", "id": "${'0'.repeat(32)}" }`));
  return { WORKER_CONFIG: config };
}

describe('deploy', () => {
  test('--dry-run needs no network, bundles the worker, and says what a deployment would lack', async () => {
    const { code, said } = await run(['deploy', '--dry-run'], offline);
    assert.equal(code, 0, said);
    assert.match(said, /Total Upload: .* gzip: /);
    assert.match(said, /env\.STORE \(StoreObject\)\s+Durable Object/);
    assert.match(said, /SERVER_URL is not set[^]*APP_URL is not set[^]*kv namespace create OAUTH_KV/);
    assert.deepEqual(asked, []);
  });
  test('without an account it deploys nothing and says how to log in', async () => {
    const { code, said } = await run(['deploy'], { ...offline, ...(await configured()) });
    assert.equal(code, 1);
    assert.match(said, /\.\/dev wrangler login/);
  });
  test('with settings missing it names each, with the line or command that sets it, and uploads nothing', async () => {
    exists = false;
    const { code, said } = await run(['deploy']);
    assert.equal(code, 1);
    for (const cure of ['"SERVER_URL": "https://postern.', '"APP_URL": "https://', './dev wrangler kv namespace create OAUTH_KV',
      './dev wrangler secret put CLERK_SECRET_KEY', './dev wrangler secret put CLERK_PUBLISHABLE_KEY', 'openssl rand -base64 32 | ./dev wrangler secret put POSTERN_SECRET']) {
      assert.ok(said.includes(cure), `${cure}\n\n${said}`);
    }
    assert.ok(asked.every(({ what }) => what.startsWith('GET ')), JSON.stringify(asked));
  });
  test('with one secret missing it names that one', async () => {
    secrets = ['CLERK_SECRET_KEY', 'CLERK_PUBLISHABLE_KEY'];
    const { code, said } = await run(['deploy'], await configured());
    assert.equal(code, 1);
    assert.match(said, /POSTERN_SECRET is not set/);
    assert.doesNotMatch(said, /CLERK|SERVER_URL|APP_URL|OAUTH_KV/);
  });
  test('with people who sign in at Clerk it also names what stands for the server there', async () => {
    secrets = ['CLERK_SECRET_KEY', 'CLERK_PUBLISHABLE_KEY', 'POSTERN_SECRET'];
    const { code, said } = await run(['deploy'], await configured('"AUTH_MODE": "clerk-login", '));
    assert.equal(code, 1);
    assert.match(said, /CLERK_OAUTH_CLIENT_ID is not set[^]*CLERK_OAUTH_CLIENT_SECRET is not set/);
  });
  test('for another worker, each command that it prints names that worker', async () => {
    const env = { WORKER_CONFIG: config };
    await writeFile(config, await readFile('app/wrangler.jsonc', 'utf8'));
    const { said } = await run(['deploy'], env);
    const commands = said.match(/(?:\S+ )?\.\/dev \S+/g);
    assert.ok(commands.length > 3, said);
    for (const command of commands) assert.ok(command.startsWith(`WORKER_CONFIG=${config} ./dev `), command);
  });
  test('says which settings of development the deployment goes without, and no value of them', async () => {
    secrets = ['CLERK_SECRET_KEY', 'CLERK_PUBLISHABLE_KEY', 'POSTERN_SECRET'];
    const vars = path.join(folder, 'settings');
    await writeFile(vars, 'CLERK_SECRET_KEY=sk_test_x\nAPP_URL=http://localhost:3000\nPORT=8080\nCLERK_JWT_TEMPLATE=nobodys_business\nAUDIT_DAYS=7\n');
    const { code, said } = await run(['deploy', vars], await configured('"AUDIT_DAYS": "30", '));
    assert.equal(code, 0, said);
    assert.match(said, /goes without [^\n]*: CLERK_JWT_TEMPLATE\n/);
    assert.match(said, /something else of: AUDIT_DAYS\n/);
    assert.doesNotMatch(said, /nobodys_business|PORT/);
  });
  test('with everything set it uploads the worker with its bindings and its wasm', async () => {
    secrets = ['CLERK_SECRET_KEY', 'CLERK_PUBLISHABLE_KEY', 'POSTERN_SECRET'];
    const { code, said } = await run(['deploy'], await configured());
    assert.equal(code, 0, said + asked.map(({ what }) => what).join('\n'));
    assert.match(said, /Your MCP server is ready: https:\/\/mcp\.example\.com\/mcp/);
    const upload = asked.find(({ what }) => /^(PUT|POST) \/workers\/scripts\/postern/.test(what) && !what.endsWith('subdomain'));
    assert.ok(upload.body.includes('\0asm'), 'the wasm is in it');
    assert.match(upload.body, /"new_sqlite_classes":\["StoreObject"\][^]*"new_sqlite_classes":\["BusObject"\]/);
    assert.match(upload.body, /"global_fetch_strictly_public"/);
  });
});

describe('secrets', () => {
  const file = () => path.join(folder, 'vars');
  const values = { CLERK_SECRET_KEY: 'sk_test_do_not_print_me', CLERK_PUBLISHABLE_KEY: 'pk_test_nor_me', POSTERN_SECRET: 'and_not_me_either' };
  const written = (names) => writeFile(file(), names.map((name) => `${name}=${values[name]}\n`).join('') + 'APP_URL=http://localhost:3000\n');
  test('puts the secrets of the file, no other line of it, and prints no value', async () => {
    await written(Object.keys(values));
    const { code, said } = await run(['secrets', file()]);
    assert.equal(code, 0, said);
    assert.deepEqual(secrets.sort(), Object.keys(values).sort());
    const put = JSON.parse(asked.find(({ what }) => what.startsWith('PATCH')).body).secrets;
    for (const [name, value] of Object.entries(values)) {
      assert.equal(put[name].text, value);
      assert.ok(!said.includes(value));
    }
    assert.match(said, /Put: CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY, POSTERN_SECRET/);
    assert.match(said, /development instance/);
  });
  test('says what it did not send, and where that belongs', async () => {
    await written(Object.keys(values));
    await writeFile(file(), 'CLERK_JWT_TEMPLATE=postern\nAUTH_MODE=clerk\n', { flag: 'a' });
    const { said } = await run(['secrets', file()], await configured());
    assert.match(said, /Not secrets, so not sent: APP_URL, AUTH_MODE, CLERK_JWT_TEMPLATE\n/);
    assert.match(said, /and app\/wrangler\.deploy-test\.jsonc does not, under "vars": AUTH_MODE, CLERK_JWT_TEMPLATE\n/);
  });
  test('says which the file lacks', async () => {
    await written(['CLERK_SECRET_KEY']);
    const { code, said } = await run(['secrets', file()]);
    assert.equal(code, 0, said);
    assert.match(said, /not put: CLERK_PUBLISHABLE_KEY, POSTERN_SECRET/);
  });
  test('says which file is missing, or that it has none', async () => {
    assert.match((await run(['secrets', path.join(folder, 'nowhere')])).said, /There is no .*nowhere/);
    await writeFile(file(), 'APP_URL=x\n');
    const { code, said } = await run(['secrets', file()]);
    assert.equal(code, 1);
    assert.match(said, /has none of CLERK_SECRET_KEY/);
    assert.deepEqual(asked, []);
  });
});
