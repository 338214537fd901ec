// Writes jwt_vectors.json: tokens good and hostile, each with the verdict of the npm package `jose`, which is the other
// implementation that jwt_test.cpp compares ours with. Keys and signatures differ with every run, verdicts do not.
//
//   npm ci && node framework/postern/jose/testdata/make_vectors.mjs
//
// `stricter` marks what jose lets pass and we refuse by decision; its text says which.
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { importJWK, jwtVerify } from 'jose';

const now = 1_767_225_600; // 2026-01-01T00:00:00Z
const issuer = 'https://clerk.example.com';
const audience = 'https://mcp.example.com/mcp';

const make = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};
const keys = Object.entries(make).flatMap(([alg, pair]) =>
  ['first', 'second'].map((nth) => ({ kid: `${alg}-${nth}`, alg, ...pair() })));
const key_named = (kid) => keys.find((key) => key.kid === kid);
const public_jwk = ({ kid, alg, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' });

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const signature_by = {
  RS256: (key, text) => sign('sha256', text, key.privateKey),
  ES256: (key, text) => sign('sha256', text, { key: key.privateKey, dsaEncoding: 'ieee-p1363' }),
  EdDSA: (key, text) => sign(null, text, key.privateKey),
};
// Texts go in as they are, so that a row may hold what no JSON writer would write.
function token(kid, claims, header = {}) {
  const key = key_named(kid);
  const protected_header = typeof header === 'string' ? header : { alg: key.alg, typ: 'JWT', kid, ...header };
  const text = `${encode(protected_header)}.${encode(claims)}`;
  return `${text}.${signature_by[key.alg](key, Buffer.from(text)).toString('base64url')}`;
}

// jose looks at `iat` only if it is to judge a token's age, and then demands one.
function has_iat(compact) {
  try {
    return 'iat' in JSON.parse(Buffer.from(compact.split('.')[1], 'base64url'));
  } catch {
    return false;
  }
}

const rows = [];
async function row(name, kid, compact, stricter) {
  const jwk = public_jwk(key_named(kid));
  let verdict = 'ok';
  try {
    await jwtVerify(compact, await importJWK(jwk, jwk.alg), {
      algorithms: [jwk.alg], issuer, audience, clockTolerance: 5, currentDate: new Date(now * 1000),
      requiredClaims: ['iss', 'exp'], ...(has_iat(compact) ? { maxTokenAge: '400 years' } : {}),
    });
  } catch (error) {
    verdict = error.claim && error.code !== 'ERR_JWT_EXPIRED' ? `${error.code}:${error.claim}` : error.code ?? error.name;
  }
  rows.push({ name, key: kid, token: compact, jose: verdict, ...(stricter && verdict === 'ok' ? { stricter } : {}) });
}

const good = { iss: issuer, sub: 'user_1', aud: audience, iat: now - 10, nbf: now - 15, exp: now + 50 };
const without = (name) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));

for (const { kid } of keys) await row(`good, by ${kid}`, kid, token(kid, good));

// Every key against every other key's token, with the header naming the signer's and then the verifier's algorithm.
for (const signer of keys) {
  for (const verifier of keys) {
    if (signer === verifier) continue;
    await row(`signed by ${signer.kid}, shown to ${verifier.kid}`, verifier.kid, token(signer.kid, good));
    if (signer.alg !== verifier.alg)
      await row(`the same, claiming ${verifier.alg}`, verifier.kid, token(signer.kid, good, { alg: verifier.alg }));
  }
}

// HMAC made with what is public about the key (threat 21), and `none` in every spelling.
for (const key of keys.filter(({ kid }) => kid.endsWith('first'))) {
  const spki = createPublicKey(key.publicKey.export({ format: 'pem', type: 'spki' }));
  for (const [what, secret] of [
    ['PEM', spki.export({ format: 'pem', type: 'spki' })], ['DER', spki.export({ format: 'der', type: 'spki' })],
    ['JWK', JSON.stringify(public_jwk(key))], ['nothing', '']]) {
    const text = `${encode({ alg: 'HS256', kid: key.kid })}.${encode(good)}`;
    await row(`HS256 keyed with the public ${what} of ${key.kid}`, key.kid,
      `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`);
  }
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', ' none', 'HS384', 'PS256', 'RS384', 'ES384', 'Ed25519 ', 'rs256',
    null, 1, ['RS256'], {}]) {
    await row(`alg ${JSON.stringify(alg)} with a true signature of ${key.kid}`, key.kid, token(key.kid, good, { alg }));
    await row(`alg ${JSON.stringify(alg)} without a signature, ${key.kid}`, key.kid,
      `${encode({ alg })}.${encode(good)}.`);
  }
}

// One byte changed somewhere: the header, the claims, the signature.
for (const kid of ['ES256-first', 'EdDSA-first']) {
  const compact = token(kid, good);
  for (let i = 3; i < compact.length; i += 17) {
    if (compact[i] === '.') continue;
    const other = compact[i] === 'A' ? 'B' : 'A';
    await row(`byte ${i} changed`, kid, compact.slice(0, i) + other + compact.slice(i + 1));
  }
  const [header, claims, signature] = compact.split('.');
  for (const [name, text] of [
    ['empty', ''], ['one part', header], ['two parts', `${header}.${claims}`], ['four parts', `${compact}.`],
    ['five parts, as encryption has', `${header}.${claims}.${signature}.${signature}.${signature}`],
    ['no signature', `${header}.${claims}.`], ['no claims', `${header}..${signature}`],
    ['no header', `.${claims}.${signature}`], ['half a signature', `${header}.${claims}.${signature.slice(0, 43)}`],
    ['a longer signature', `${header}.${claims}.${signature}AAAA`],
    ['an all-zero signature', `${header}.${claims}.${Buffer.alloc(64).toString('base64url')}`]]) {
    await row(name, kid, text);
  }
  for (const [name, text] of [
    ['padding', `${compact}==`], ['a newline at the end', `${compact}\n`], ['a space in front', ` ${compact}`],
    ['standard base64', `${header}.${claims}.${Buffer.from(signature, 'base64url').toString('base64')}`],
    ['stray bits in the last character',
      compact.slice(0, -1) + String.fromCharCode(compact.charCodeAt(compact.length - 1) + 1)]]) {
    await row(name, kid, text, 'one spelling only');
  }
}

// Headers.
const kid = 'EdDSA-first';
const headers = [
  ['crit, known to nobody', { crit: ['x'], x: 1 }], ['crit, empty', { crit: [] }], ['crit, no list', { crit: 'exp' }],
  ['crit names b64', { crit: ['b64'], b64: false }],
  ['b64 without crit', { b64: true }, 'an extension nobody may use with a JWT'],
  ['jwk of another key', { jwk: public_jwk(key_named('EdDSA-second')) }], ['jku', { jku: 'https://evil.example/jwks' }],
  ['x5u', { x5u: 'https://evil.example/cert' }], ['x5c', { x5c: ['AAAA'] }],
  ['a kid of 128', { kid: 'k'.repeat(128) }], ['no kid', { kid: undefined }],
  ['a kid of 129', { kid: 'k'.repeat(129) }, 'kid'], ['an empty kid', { kid: '' }, 'kid'],
  ['a kid with a line break', { kid: 'a\r\nb' }, 'kid'], ['a kid with a space', { kid: 'a b' }, 'kid'],
  ['a kid beyond ASCII', { kid: 'ké' }, 'kid'], ['a numeric kid', { kid: 1 }, 'kid'],
  ['a path as kid', { kid: '../../etc/passwd' }],
  ['no typ', { typ: undefined }], ['another typ', { typ: 'at+jwt' }], ['a numeric typ', { typ: 1 }, 'typ'],
  ['unknown members', { oiat: 1, cat: 'cl_B7d4PD111AAA' }],
  ['alg twice', '{"alg":"none","alg":"EdDSA"}', 'duplicate members'],
  ['kid twice', '{"alg":"EdDSA","kid":"a","kid":"b"}', 'duplicate members'],
  ['a list', '[]'], ['null', 'null'], ['text', '"EdDSA"'], ['not JSON', '{alg:EdDSA}'], ['cut off', '{"alg":"EdDSA"'],
  ['something behind', '{"alg":"EdDSA"}x'], ['white space around', ' {"alg":"EdDSA"} '],
];
for (const [name, header, stricter] of headers) await row(`header: ${name}`, kid, token(kid, good, header), stricter);

// Claims.
for (const name of Object.keys(good)) {
  await row(`claims: no ${name}`, kid, token(kid, without(name)));
  for (const [what, value] of [['null', null], ['a flag', true], ['a list of numbers', [1]], ['an object', {}],
    ['empty text', '']]) {
    const stricter = name === 'sub' ? 'sub is text' : undefined;
    await row(`claims: ${name} is ${what}`, kid, token(kid, { ...good, [name]: value }), stricter);
  }
}
for (const name of ['exp', 'nbf', 'iat']) {
  for (const offset of [-600, -61, -7, -6, -5, -4, -3, 0, 3, 4, 5, 6, 7, 61, 600])
    await row(`claims: ${name} at ${offset} s`, kid, token(kid, { ...good, [name]: now + offset }));
  for (const text of ['1e308', '-1', '-1e3', `"${now + 60}"`, `${now + 60}.5`, `${now}.0`, '9223372036854775807',
    '18446744073709551615', '99999999999999999999', '253402300800', '1e400', 'NaN']) {
    const claims = JSON.stringify({ ...good, [name]: '@' }).replace('"@"', text);
    await row(`claims: ${name} is ${text}`, kid, token(kid, claims), 'whole seconds from 1970 to 9999');
  }
}
for (const iss of [`${issuer}/`, `${issuer}.evil.example`, issuer.toUpperCase(), 'http://clerk.example.com', [issuer]])
  await row(`claims: iss is ${JSON.stringify(iss)}`, kid, token(kid, { ...good, iss }));
for (const aud of [[audience], ['x', audience], ['x'], [], `${audience}/`, `x ${audience}`, audience.slice(0, -1)])
  await row(`claims: aud is ${JSON.stringify(aud)}`, kid, token(kid, { ...good, aud }));
for (const [name, text] of [
  ['exp twice', JSON.stringify(good).replace('{', `{"exp":1,`)], ['iss twice', JSON.stringify(good).replace('{', '{"iss":"x",')]])
  await row(`claims: ${name}`, kid, token(kid, text), 'duplicate members');
for (const text of ['', '[]', 'null', '1', '"x"', '{', `${JSON.stringify(good)}x`, JSON.stringify(good).slice(0, -1)])
  await row(`claims: the text ${JSON.stringify(text.slice(0, 8))}`, kid, token(kid, text));

const lines = rows.map((entry) => JSON.stringify(entry)).join(',\n');
writeFileSync(new URL('jwt_vectors.json', import.meta.url),
  `{"made_by":"make_vectors.mjs with jose 6.2.18","now":${now},"issuer":"${issuer}","audience":"${audience}",\n` +
  `"keys":[\n${keys.map((key) => JSON.stringify(public_jwk(key))).join(',\n')}],\n"rows":[\n${lines}]}\n`);
const count = (wanted) => rows.filter(({ jose }) => (jose === 'ok') === wanted).length;
console.log(`${rows.length} rows: jose accepts ${count(true)}, refuses ${count(false)}`);
