// What `./dev deploy`, `./dev secrets` and the like do, once the worker is built.
//
//   node scripts/deploy.mjs deploy [--dry-run] [file]   refuse with the commands that set what is missing, else wrangler deploy;
//                                                       says which settings of the file the deployment goes without
//   node scripts/deploy.mjs secrets [file]              give Cloudflare the secrets of the file, and say what was not sent
//
// The file is app/.dev.vars, if none is named.
//
// No value of a secret is ever printed, or an argument of a command. WORKER_CONFIG names another wrangler.jsonc; the commands
// that are printed then name it too, for without it they would reach the worker of app/wrangler.jsonc.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { unstable_readConfig as readConfig } from 'wrangler';

const configFile = process.env.WORKER_CONFIG ?? 'app/wrangler.jsonc';
const config = readConfig({ config: configFile });
const dev = process.env.WORKER_CONFIG ? `WORKER_CONFIG=${configFile} ./dev` : './dev';
const developmentFile = 'app/.dev.vars';
const secretNames = ['CLERK_SECRET_KEY', 'CLERK_PUBLISHABLE_KEY', 'POSTERN_SECRET'];
const optionalSecretNames = ['POSTERN_SECRET_PREVIOUS', 'CLERK_WEBHOOK_SECRET'];
const signsInAtClerk = config.vars.AUTH_MODE === 'clerk-login';
(signsInAtClerk ? secretNames : optionalSecretNames).push('CLERK_OAUTH_CLIENT_SECRET');
// Of the native host alone; and what differs wherever the server is.
const nativeNames = ['PORT', 'ADDRESS', 'DATABASE', 'LOOPS', 'CLERK_SESSION_ID'];
const placeNames = ['SERVER_URL', 'APP_URL', 'CLERK_API_URL'];

// wrangler with our configuration. `quiet` gives its output instead of showing it.
function wrangler(args, { quiet = false, input } = {}) {
  const run = spawnSync(process.execPath, ['node_modules/wrangler/bin/wrangler.js', ...args, '--config', configFile], {
    encoding: 'utf8', input, stdio: [input === undefined ? 'inherit' : 'pipe', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
  });
  return { ok: run.status === 0, output: run.stdout ?? '', said: `${run.stdout ?? ''}${run.stderr ?? ''}` };
}

function fail(message) {
  console.error(`✗ ${message}`);
  process.exit(1);
}

// What the deployed worker would lack: a sentence, and the command or line that sets it.
function missingSettings() {
  const missing = [];
  const { SERVER_URL: server, APP_URL: app } = config.vars;
  if (!/^https:\/\/[^/]+$/.test(server ?? '')) {
    missing.push([`SERVER_URL is ${server ? `"${server}"` : 'not set'}: it is your server's own https address, without a path`,
      `in ${configFile}, under "vars":  "SERVER_URL": "https://${config.name}.<your subdomain>.workers.dev"`]);
  }
  if (!/^https:\/\/[^/]+$/.test(app ?? '')) {
    missing.push([`APP_URL is ${app ? `"${app}"` : 'not set'}: it is your app's https address, without a path`,
      `in ${configFile}, under "vars":  "APP_URL": "https://app.example.com"`]);
  }
  if (!config.kv_namespaces.find((each) => each.binding === 'OAUTH_KV')?.id) {
    missing.push(['the KV namespace OAUTH_KV has no id', `${dev} wrangler kv namespace create OAUTH_KV      and write the id that it prints into ${configFile}:  { "binding": "OAUTH_KV", "id": "…" }`]);
  }
  if (signsInAtClerk && !config.vars.CLERK_OAUTH_CLIENT_ID) {
    missing.push(['CLERK_OAUTH_CLIENT_ID is not set: AUTH_MODE=clerk-login needs the OAuth application that stands for this server at Clerk',
      `in ${configFile}, under "vars":  "CLERK_OAUTH_CLIENT_ID": "its client ID"      (docs/configuration.md#modes)`]);
  }
  for (const name of [...secretNames, ...optionalSecretNames]) {
    if (name !== 'CLERK_PUBLISHABLE_KEY' && name in config.vars) {
      missing.push([`${name} is a secret, and stands in ${configFile} for everybody to read`, `remove it there, then  ${dev} wrangler secret put ${name}`]);
    }
  }
  return missing;
}

// Asks Cloudflare which secrets it has: none, where the worker does not exist yet.
function missingSecrets() {
  const list = wrangler(['secret', 'list', '--format', 'json'], { quiet: true });
  if (/wrangler login|CLOUDFLARE_API_TOKEN|Authentication error/i.test(list.said)) return [['Cloudflare does not know you here', `${dev} wrangler login`]];
  if (!list.ok && !/ not found\b/.test(list.said)) fail(`Cloudflare did not say which secrets are set:\n${list.said}`);
  const there = new Set(list.ok ? JSON.parse(list.output).map((secret) => secret.name) : []);
  return secretNames.filter((name) => !there.has(name) && !config.vars[name]).map((name) => [`the secret ${name} is not set`,
    name === 'POSTERN_SECRET' ? `openssl rand -base64 32 | ${dev} wrangler secret put POSTERN_SECRET`
      : `${dev} wrangler secret put ${name}      (or ${dev} secrets [file], for all that the file has)`]);
}

const readVars = (file) => parseEnv(readFileSync(file, 'utf8'));

// The settings of `file` that are no secrets and that the deployed worker does not have so: it has what stands under "vars".
function describeUndeployed(file) {
  const values = readVars(file);
  const names = Object.keys(values).filter((name) => ![...secretNames, ...optionalSecretNames, ...nativeNames].includes(name));
  const absent = names.filter((name) => values[name] && !config.vars[name]);
  const other = names.filter((name) => config.vars[name] && config.vars[name] !== values[name] && !placeNames.includes(name));
  return [
    ...(absent.length ? [`the deployed server goes without what ${file} sets and ${configFile} does not, under "vars": ${absent.join(', ')}`] : []),
    ...(other.length ? [`the deployed server has what ${configFile} says under "vars", and ${file} says something else of: ${other.join(', ')}`] : []),
  ];
}
const warn = (notes) => notes.forEach((note) => console.log(`Note: ${note}`));

const listed = (missing) => missing.map(([what, cure]) => `  · ${what}\n      ${cure}`).join('\n');

function deploy(dryRun, file) {
  if (file && !existsSync(file)) fail(`There is no ${file}.`);
  const missing = [...missingSettings(), ...(dryRun ? [] : missingSecrets())];
  if (missing.length && !dryRun) fail(`Not deployed. What is missing, and what sets it:\n${listed(missing)}`);
  if (file || existsSync(developmentFile)) warn(describeUndeployed(file ?? developmentFile));
  const arguments_ = dryRun ? ['--dry-run', '--outdir', path.resolve('build/workers')] : [];
  if (!wrangler(['deploy', ...arguments_]).ok) fail('wrangler could not deploy. The lines above say why.');
  if (missing.length) console.log(`\nBefore you deploy:\n${listed(missing)}`);
  if (dryRun) console.log(`${missing.length ? '' : '\n'}Nothing was deployed. ${dev} deploy also asks Cloudflare which secrets are set.`);
  else console.log(`\nYour MCP server is ready: ${config.vars.SERVER_URL}/mcp\n${dev} tail follows its log.`);
}

function putSecrets(file = developmentFile) {
  if (!existsSync(file)) fail(`There is no ${file}. Copy app/.dev.vars.example to it and fill it in, or name another file:  ${dev} secrets <file>`);
  const values = readVars(file);
  const found = [...secretNames, ...optionalSecretNames].filter((name) => values[name]);
  const lacking = secretNames.filter((name) => !values[name]);
  if (!found.length) fail(`${file} has none of ${secretNames.join(', ')}.`);
  if (/^sk_test_/.test(values.CLERK_SECRET_KEY ?? '')) console.log('Note: these are keys of a development instance of Clerk (sk_test_).');
  const put = wrangler(['secret', 'bulk'], { input: JSON.stringify(Object.fromEntries(found.map((name) => [name, values[name]]))) });
  if (!put.ok) fail('wrangler could not put the secrets. The lines above say why.');
  console.log(`Put: ${found.join(', ')}`);
  if (lacking.length) console.log(`Not in ${file}, so not put: ${lacking.join(', ')}`);
  const others = Object.keys(values).filter((name) => ![...secretNames, ...optionalSecretNames].includes(name));
  if (others.length) console.log(`Not secrets, so not sent: ${others.join(', ')}`);
  warn(describeUndeployed(file));
}

const [verb, ...rest] = process.argv.slice(2);
if (verb === 'deploy') deploy(rest.includes('--dry-run'), rest.find((each) => !each.startsWith('--')));
else if (verb === 'secrets') putSecrets(...rest);
else fail(`deploy.mjs has no verb "${verb}".`);
