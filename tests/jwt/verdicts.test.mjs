// Ten thousand tokens, judged by us and by others: jose::verify() by npm's `jose`, and the verifiers of session and access
// tokens by Clerk's own @clerk/backend. We may refuse what they accept for a reason that is written down below, and for no other;
// we never accept what they refuse. On both hosts, for each has another cryptography.
//
//   JWT_SEED=7 JWT_COUNT=100000 node --test tests/jwt/verdicts.test.mjs
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, mock, test } from 'node:test';
import { verifyToken } from '@clerk/backend';
import { verifyMachineAuthToken } from '@clerk/backend/internal';
import { importJWK, jwtVerify } from 'jose';
import { freePort, host, programFile } from '../harness/stack.mjs';
import { makeTokens, now } from './make_tokens.mjs';

const seed = Number(process.env.JWT_SEED ?? 1);
const count = Number(process.env.JWT_COUNT ?? 10_000);

// --- what we refuse although they do not ------------------------------------------------------------------------------

const bytesOf = (part) => Buffer.from(part, 'base64url');
function parse(part) {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytesOf(part))); // as lenient as jose: a byte order mark is passed over
    return value && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}
function facts(token) {
  const parts = token.split('.');
  return { parts, header: parse(parts[0]), claims: parse(parts[1] ?? '') };
}
const members = (value) => (value && typeof value === 'object' ? Object.entries(value).reduce((sum, [, each]) => sum + (Array.isArray(value) ? 0 : 1) + members(each), 0) : 0);
const depth = (value) => (value && typeof value === 'object' ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0);
const texts = ({ parts }) => parts.slice(0, 2).map((part) => new TextDecoder().decode(bytesOf(part)));
const isText = (value) => typeof value === 'string' && value !== '';
const isTime = (value) => value === undefined || (Number.isInteger(value) && value >= 0 && value <= 253_402_300_799);

const rules = [
  { why: 'a value has one spelling in base64url, without padding, white space or stray bits (RFC 7515 sec. 2, RFC 4648 sec. 3.5)', reason: ['malformed'],
    holds: ({ parts }) => parts.some((part) => bytesOf(part).toString('base64url') !== part) },
  { why: 'no member twice (RFC 7515 sec. 5.2, RFC 7519 sec. 4)', reason: ['malformed'],
    holds: (token) => texts(token).some((text, at) => (text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/""\s*:/g) ?? []).length !== members(at ? token.claims : token.header)) },
  { why: 'JSON is UTF-8 without a byte order mark, lone surrogates, or numbers beyond a double (RFC 8259 sec. 8.1, RFC 7493)', reason: ['malformed'],
    holds: ({ parts }) => parts.slice(0, 2).some((part) => /\ufeff|\ufffd|\\ud800|1e999/.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(part)))) },
  { why: 'JSON is at most 64 levels deep (limits.hpp)', reason: ['malformed'], holds: ({ header, claims }) => depth(header) > 63 || depth(claims) > 63 },
  { why: 'a token has at most 8 KiB (limits.hpp)', reason: ['too_long'], holds: ({ parts }) => parts.join('.').length > 8192 },
  { why: 'no extension is understood, so none may be named, and `b64` is one (RFC 7515 sec. 4.1.11, RFC 7797)', reason: ['critical_extension'],
    holds: ({ header }) => 'crit' in header || 'b64' in header },
  { why: 'a `kid` is 1 to 256 characters of visible ASCII', reason: ['bad_kid', 'malformed'],
    holds: ({ header }) => 'kid' in header && !(typeof header.kid === 'string' && /^[!-~]{1,256}$/.test(header.kid)) },
  { why: '`typ` and `cat` are texts (RFC 7515 sec. 4.1.9)', reason: ['malformed'],
    holds: ({ header }) => ['typ', 'cat'].some((name) => name in header && typeof header[name] !== 'string') },
  { why: 'times are whole seconds from 1970 to 9999', reason: ['malformed_claim'], holds: ({ claims }) => ['exp', 'nbf', 'iat'].some((name) => !isTime(claims[name])) },
  { why: '`iss`, `sub` and `azp` are texts that say something, if they are there (RFC 7519 sec. 4.1)', reason: ['malformed_claim'],
    holds: ({ claims }) => ['iss', 'sub', 'azp'].some((name) => name in claims && !isText(claims[name])) },
  { why: '`aud` is a text or a list of texts (RFC 7519 sec. 4.1.3)', reason: ['malformed_claim'],
    holds: ({ claims }) => 'aud' in claims && [claims.aud].flat().some((each) => typeof each !== 'string') },
];
const sessionRules = [
  ...rules,
  { why: 'it is of the category of session tokens, or of none', reason: ['wrong_category'],
    holds: ({ header }) => 'cat' in header && !['cl_B7d4PD111AAA', 'cl_I7d4PD111III'].includes(header.cat) },
  { why: 'it names a session', reason: ['not_a_session', 'malformed_claims'], holds: ({ claims }) => !(typeof claims.sid === 'string' && claims.sid.startsWith('sess_')) },
  { why: 'it names a user', reason: ['not_a_user'], holds: ({ claims }) => !claims.sub.startsWith('user_') },
  { why: 'its session has nothing left to do', reason: ['pending', 'malformed_claims'], holds: ({ claims }) => 'sts' in claims && claims.sts !== 'active' },
  { why: 'it says when it was issued', reason: ['missing_claim'], holds: ({ claims }) => !('iat' in claims) },
  { why: 'it lives for ten minutes at most', reason: ['lifetime_too_long'], holds: ({ claims }) => claims.exp - claims.iat > 600 },
  { why: 'what it says of an organization or an actor is as Clerk writes it (clerk.md 2.2)', reason: ['malformed_claims'],
    holds: ({ claims: { v, o, fea, act } }) => (v !== undefined && v !== 2) || (act != null && !(typeof act.sub === 'string')) || (v === 2 && o != null && !(isText(o.id) && (!o.fpm || fea))) },
];
const accessRules = [
  // What cannot be read looks like no token of Clerk's. Of the rules the first and the last are Clerk's own here.
  ...rules.slice(1, -1).map((rule) => ({ ...rule, reason: [...rule.reason, 'not_accepted'] })),
  { why: 'an access token is of our Clerk instance', reason: ['wrong_issuer', 'missing_claim'], holds: ({ claims }) => claims.iss !== 'https://clerk.example.com' },
  { why: 'it is refused from the second in which it ends', reason: ['expired'], holds: ({ claims }) => claims.exp <= now },
  { why: 'it names a user', reason: ['another_subject'], holds: ({ claims }) => !claims.sub.startsWith('user_') },
  { why: 'it has an id and names a client (RFC 9068 sec. 2.2)', reason: ['malformed'], holds: ({ claims }) => !isText(claims.jti) || !isText(claims.client_id) },
  { why: 'what it says of an actor is as Clerk writes it (clerk.md 2.2)', reason: ['malformed'], holds: ({ claims: { act } }) => act != null && !isText(act.sub) },
  { why: 'its scope is of the form of RFC 6749 sec. 3.3', reason: ['malformed'], holds: ({ claims }) => 'scp' in claims || 'scope' in claims },
];

// --- the judges -------------------------------------------------------------------------------------------------------

let made, folder, worker;
before(async () => {
  made = await makeTokens(count, seed);
  if (host !== 'workers') return;
  const { startWorkerd } = await import('../harness/workerd.mjs');
  const shim = 'framework/hosts/workers/shim';
  const modules = ['tests/jwt/judge_worker.mjs', 'build/wasm/jwt_judge.wasm', ...readdirSync(shim).filter((file) => file.endsWith('.mjs') && file !== 'worker.mjs').map((file) => `${shim}/${file}`)];
  folder = await mkdtemp(path.join(tmpdir(), 'postern-jwt-'));
  worker = await startWorkerd({ modules, persist: folder, port: await freePort() });
});
after(async () => {
  await worker?.stop();
  if (folder) await rm(folder, { recursive: true });
});

async function ask(lines) {
  if (worker) {
    const response = await fetch(worker.url, { method: 'POST', body: lines });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return text;
  }
  const { stdout, stderr, status } = spawnSync(programFile('tests/jwt/jwt-judge'), { input: lines, encoding: 'utf8', maxBuffer: 2 ** 28 });
  assert.equal(status, 0, stderr);
  return stdout;
}
// A thousand in one request: what is awaited in a row and never waits takes no stack, on neither host (base/task.hpp).
async function ours(kind) {
  const verdicts = [];
  const size = 1000;
  for (let start = 0; start < count; start += size) {
    const questions = made.tokens.slice(start, start + size).map(({ kid, token }) => JSON.stringify([kind, kid, token.toWellFormed()]));
    verdicts.push(...(await ask([JSON.stringify(made.terms), ...questions, ''].join('\n'))).trimEnd().split('\n'));
  }
  assert.equal(verdicts.length, count);
  return verdicts;
}

const imported = new Map();
async function keyOf(kid) {
  const { jwk, alg } = made.keys.find((each) => each.kid === kid);
  if (!imported.has(kid)) imported.set(kid, await importJWK(jwk, alg));
  return { alg, key: imported.get(kid) };
}
async function byClerkAsAccess({ token }) {
  const { publicKey } = made.keys.find(({ kid }) => kid === made.terms.session_kid);
  const options = { jwtKey: publicKey.export({ type: 'spki', format: 'pem' }), audience: made.terms.audience, clockSkewInMs: 5000 };
  const { errors, tokenType } = await verifyMachineAuthToken(token, options).catch((error) => ({ errors: [error] })); // it throws for what is no JWT
  return errors ? errors[0].code ?? errors[0].name : tokenType === 'oauth_token' ? 'ok' : tokenType;
}
const verdictOf = (promise) => promise.then(() => 'ok', (error) => error.reason ?? error.code ?? error.name);
async function byJose({ kid, token }) {
  const { alg, key } = await keyOf(kid);
  // jose looks at `iat` only if it is to judge a token's age, and then demands one.
  const age = 'iat' in facts(token).claims ? { maxTokenAge: '400 years' } : {};
  return verdictOf(jwtVerify(token, key, {
    algorithms: [alg], issuer: made.terms.issuer, audience: made.terms.audience, requiredClaims: ['iss', 'exp'], clockTolerance: 5, currentDate: new Date(now * 1000), ...age,
  }));
}
function byClerk({ token }) {
  const { publicKey } = made.keys.find(({ kid }) => kid === made.terms.session_kid);
  return verdictOf(verifyToken(token, {
    jwtKey: publicKey.export({ type: 'spki', format: 'pem' }), issuer: made.terms.issuer, authorizedParties: [made.terms.authorized_party], clockSkewInMs: 5000,
  }));
}

// Each difference is one that a rule allows. In our own ten thousand each rule is needed as well.
function compare(context, verdicts, theirs, allowed) {
  const used = new Map(allowed.map(({ why }) => [why, 0]));
  let accepted = 0;
  for (const [at, verdict] of verdicts.entries()) {
    const { token, how } = made.tokens[at];
    const says = `#${at} of seed ${seed} (${how.join(', ')}): we say ${verdict}, they say ${theirs[at]}: ${token.slice(0, 1500)}`;
    if (verdict === 'ok') accepted += 1;
    if (theirs[at] !== 'ok') assert.notEqual(verdict, 'ok', says);
    if (theirs[at] !== 'ok' || verdict === 'ok') continue;
    const known = facts(token);
    const rule = allowed.find(({ reason, holds }) => reason.includes(verdict) && holds(known));
    assert.ok(rule, says);
    used.set(rule.why, used.get(rule.why) + 1);
  }
  const refused = verdicts.length - accepted;
  const stricter = [...used.values()].reduce((sum, each) => sum + each, 0);
  context.diagnostic(`${verdicts.length} tokens: ${accepted} accepted by both, ${refused - stricter} refused by both, ${stricter} refused by us alone:`);
  for (const [why, times] of used) context.diagnostic(`${String(times).padStart(6)}  ${why}`);
  assert.ok(accepted > verdicts.length / 50 && refused > verdicts.length / 50, 'both kinds are there');
  if (seed === 1 && count === 10_000) for (const [why, times] of used) assert.ok(times > 0, `no token needs the rule: ${why}`);
}

test('jose/ says what npm\'s jose says', async (context) => {
  const theirs = await Promise.all(made.tokens.map(byJose));
  compare(context, await ours('jwt'), theirs, rules);
});

test('the verifier of session tokens says what @clerk/backend says', async (context) => {
  mock.timers.enable({ apis: ['Date'], now: now * 1000 });
  const theirs = await Promise.all(made.tokens.map(byClerk));
  mock.timers.reset();
  compare(context, await ours('session'), theirs, sessionRules);
});

test('the verifier of OAuth access tokens says what @clerk/backend says, and takes no session token', async (context) => {
  mock.timers.enable({ apis: ['Date'], now: now * 1000 });
  const theirs = await Promise.all(made.tokens.map(byClerkAsAccess));
  mock.timers.reset();
  const verdicts = await ours('access');
  compare(context, verdicts, theirs, accessRules);
  const sessions = await ours('session');
  assert.ok(verdicts.every((verdict, at) => verdict !== 'ok' || sessions[at] !== 'ok'));
});
