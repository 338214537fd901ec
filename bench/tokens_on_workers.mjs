// What it costs to verify each kind of token in workerd, beside a bare RS256 verification of node:crypto's in the same worker:
// the best of many rounds that take turns.
//   ./dev bench tokens --workers [rounds]
import { createSign, generateKeyPairSync } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../tests/harness/stack.mjs';
import { startWorkerd } from '../tests/harness/workerd.mjs';

const rounds = Number(process.argv[2] ?? 20);
const times = 1000;
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'ins_1' }] });

function sign(header, claims) {
  const [head, body] = [{ alg: 'RS256', kid: 'ins_1', typ: 'JWT', ...header }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return `${head}.${body}.${createSign('RSA-SHA256').update(`${head}.${body}`).sign(privateKey, 'base64url')}`;
}
const now = Math.floor(Date.now() / 1000);
const common = { iss: 'https://clerk.example.test', sub: 'user_1', iat: now, nbf: now - 10 };
const session = sign({ cat: 'cl_B7d4PD111AAA' }, { ...common, exp: now + 590, azp: 'https://app.example.test', sid: 'sess_1', sts: 'active', v: 2 });
const access = Array.from({ length: times }, (unused, n) =>
  sign({ typ: 'at+jwt' }, { ...common, exp: now + 86_400, jti: `oat_${n}`, aud: 'https://mcp.test/mcp', client_id: 'client_1', scope: 'orders:read' }));

const kinds = [
  { name: 'RS256 by node:crypto alone', kind: 'rs256', tokens: [session] },
  { name: 'our access token, never seen before', kind: 'sealed', tokens: [] },
  { name: 'our access token, again', kind: 'sealed_again', tokens: [] },
  { name: 'Clerk session token', kind: 'session', tokens: [session] },
  { name: 'Clerk OAuth JWT, never seen before', kind: 'access_jwts', tokens: [] },
  { name: 'Clerk OAuth JWT, again', kind: 'access_jwt', tokens: [access[0]] },
  { name: 'opaque OAuth token, again', kind: 'opaque', tokens: ['oat_0123456789abcdef0123456789abcdef'] },
  { name: 'API key, again', kind: 'api_key', tokens: ['ak_0123456789abcdef0123456789abcdef'] },
].map((each) => ({ ...each, best: Infinity }));

const folder = await mkdtemp(path.join(tmpdir(), 'postern-bench-'));
const shim = 'framework/hosts/workers/shim';
const modules = ['bench/verifications_worker.mjs', 'build/wasm/verifications.wasm', ...readdirSync(shim).filter((file) => file.endsWith('.mjs') && file !== 'worker.mjs').map((file) => `${shim}/${file}`)];
const worker = await startWorkerd({ modules, persist: folder, port: await freePort() });
async function ask(kind, tokens) {
  const response = await fetch(worker.url, { method: 'POST', body: [`${kind} ${times}`, jwks, ...tokens].join('\n') });
  if (response.status !== 200) throw new Error(`${kind}: ${response.status} ${await response.text()}`);
  return Number(await response.text());
}
try {
  await ask('prepare', access);
  for (let round = 0; round < rounds; ++round) {
    for (const each of kinds) each.best = Math.min(each.best, await ask(each.kind, each.tokens));
  }
  for (const { name, best } of kinds) console.log(`${name.padEnd(38)}${best.toFixed(2).padStart(8)} us  ${(best / kinds[0].best).toFixed(2).padStart(5)} of RS256`);
} finally {
  await worker.stop();
  await rm(folder, { recursive: true });
}
