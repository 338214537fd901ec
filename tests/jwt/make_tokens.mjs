// Tokens, good and broken, for verdicts.test.mjs. The seed decides what is done to each; keys and ECDSA's nonces are new
// every time, and no verdict depends on them.
//
//   const { keys, terms, tokens } = await makeTokens(10_000, seed);      // tokens: [{ kid, token, how: ['exp: a fraction', ...] }]
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { SignJWT } from 'jose';

export const now = 1_767_225_600; // 2026-01-01T00:00:00Z
const issuer = 'https://clerk.example.com';
const audience = 'https://mcp.example.com/mcp';
const party = 'https://app.example.com';

const make = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};
const makeKey = (kid, alg) => {
  const pair = make[alg]();
  return { kid, alg, ...pair, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
};

// mulberry32: numbers in [0, 1) that follow from the seed alone.
function makeRandom(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound) => Math.floor(next() * bound);
  return { below, pick: (list) => list[below(list.length)], chance: (part) => next() < part, text: (size) => Array.from({ length: size }, () => below(36).toString(36)).join('') };
}

// How each algorithm signs with a key of ours, whatever the key is meant for; undefined if it cannot.
const rsa = (hash, pss) => ({ privateKey: key }, text) =>
  key.asymmetricKeyType === 'rsa' ? sign(hash, text, { key, ...(pss && { padding: 6, saltLength: -1 }) }) : undefined;
const hmac = (hash) => ({ publicKey }, text) => createHmac(hash, publicKey.export({ format: 'pem', type: 'spki' })).update(text).digest();
const signers = {
  RS256: rsa('sha256'), RS384: rsa('sha384'), RS512: rsa('sha512'), PS256: rsa('sha256', true),
  ES256: ({ privateKey: key }, text) => (key.asymmetricKeyType === 'ec' ? sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' }) : undefined),
  EdDSA: ({ privateKey: key }, text) => (key.asymmetricKeyType === 'ed25519' ? sign(null, text, key) : undefined),
  // The confusions of RFC 8725 sec. 2.1: what is public about the key, as a secret; and no key at all.
  HS256: hmac('sha256'), HS512: hmac('sha512'), none: () => Buffer.alloc(0),
};

const encode = (bytes) => Buffer.from(bytes).toString('base64url');
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
// Another last character with the same bytes (RFC 4648 sec. 3.5), if the length leaves bits over.
function withStrayBits(part) {
  const spare = { 2: 4, 3: 2 }[part.length % 4];
  if (!spare) return `${part}A`;
  const last = alphabet.indexOf(part.at(-1));
  return part.slice(0, -1) + alphabet[last ^ 1];
}

// What may be done to a draft { header, claims, key, kid, alg } before it is signed. `is` sets one member to one of many values.
const is = (where, name, values) => (draft, random) => {
  const value = random.pick(values);
  const fresh = typeof value === 'function' ? value(random, draft[where][name]) : value;
  if (fresh === undefined) delete draft[where][name];
  else draft[where][name] = fresh;
};
const around = (moment) => (random) => now + moment + random.below(5) - 2;
const wrongTypes = [null, true, '', 'text', 7, -1, 0.5, [], ['a'], {}];
// Texts in the place of a header or of claims, which no JSON writer would write.
const oddTexts = [
  (text) => ` ${text}\n`, (text) => `\ufeff${text}`, (text) => `${text} {}`, (text) => `[${text}]`, (text) => text.slice(0, -1), () => '', () => 'null', () => '7', () => '"text"', () => '{}',
  (text) => text.replace('{', '{"sub":"user_other",'), (text) => text.replace(/}$/, ',"typ":"other"}'), (text) => text.replace(/}$/, ',"iss":"https://evil.example"}'),
  (text) => text.replace(/}$/, `,"x":${'['.repeat(70)}${']'.repeat(70)}}`), (text) => text.replace(/}$/, `,"x":"${'x'.repeat(9_000)}"}`), (text) => text.replace(/}$/, `,"x":[${'0,'.repeat(1_500)}0]}`),
  (text) => text.replace(/}$/, ',"x":"\\ud800"}'), (text) => text.replace(/}$/, ',"x":1e999}'), (text) => text.replace(/}$/, ',"x":01}'), (text) => text.replace(/}$/, ",'x':1}"),
  (text) => text.replace(/}$/, ',"x":1,}'), (text) => text.replace(/}$/, ',"x":"\t"}'), (text) => text.replace(/}$/, '/* */}'), (text) => text.replace(/"iss"/, '"\\u0069ss"'),
  (text) => Buffer.concat([Buffer.from(text.replace(/}$/, ',"x":"')), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}')]),
];
const before = {
  alg: (draft, random) => {
    draft.alg = random.pick(Object.keys(signers));
    draft.header.alg = random.chance(0.6) ? draft.alg : random.pick(['None', 'NONE', 'rs256', 'RS256 ', 'ES256K', 'ES384', 'Ed25519', 'Ed448', 'HS384', 'dir', '', null, 256, ['RS256'], ...Object.keys(signers)]);
  },
  'no alg': is('header', 'alg', [undefined]),
  crit: is('header', 'crit', [['exp'], ['b64'], ['x'], [], [''], 'exp', null, ['alg'], {}]),
  b64: (draft, random) => {
    draft.header.b64 = random.pick([true, false, 'false', null]);
    if (random.chance(0.5)) draft.header.crit = ['b64'];
  },
  kid: is('header', 'kid', [undefined, '', 'other', 'a kid', 'kid\u0000', 'kid\n', '../../key', 'ключ', 'k'.repeat(300), 7, null, [], "' or 1=1 --"]),
  typ: is('header', 'typ', [undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt', 'JOSE', '', ...wrongTypes]),
  cat: is('header', 'cat', ['cl_B7d4PD111AAA', 'cl_B7d4PD222AAA', 'cl_B7d4PD333AAA', 'cl_I7d4PD111III', 'other', '', ...wrongTypes]),
  'key inside': (draft, random) => {
    const other = draft.others[random.below(draft.others.length)];
    draft.header[random.pick(['jwk', 'jku', 'x5u', 'x5c'])] = random.pick([other.jwk, 'https://evil.example/jwks.json', [other.jwk.n ?? other.jwk.x]]);
    draft.key = random.chance(0.7) ? other : draft.key;
    draft.alg = draft.header.alg = draft.key.alg;
  },
  'another key': (draft, random) => { draft.key = random.pick(draft.others); },
  'another key and its alg': (draft, random) => { draft.key = random.pick(draft.others); draft.alg = draft.header.alg = draft.key.alg; },
  iss: is('claims', 'iss', [undefined, `${issuer}/`, issuer.toUpperCase(), 'https://evil.example', `${issuer}.evil.example`, [issuer], ...wrongTypes]),
  aud: is('claims', 'aud', [undefined, 'https://other.example', [audience], ['x', audience], ['x'], [audience, 7], [null, audience], [[audience]], `${audience}/`, audience.slice(0, -1), { 0: audience }, ...wrongTypes]),
  azp: is('claims', 'azp', [undefined, `${party}/`, 'https://evil.example', party.toUpperCase(), [party], ...wrongTypes]),
  sub: is('claims', 'sub', [undefined, 'mch_1', 'user', 'user_', ...wrongTypes]),
  sid: is('claims', 'sid', [undefined, 'user_1', 'sess_', ...wrongTypes]),
  sts: is('claims', 'sts', [undefined, 'active', 'pending', ...wrongTypes]),
  exp: is('claims', 'exp', [undefined, around(0), around(-5), around(60), around(590), 253_402_300_799, 253_402_300_800, 2 ** 53, 1e19, 1e300, now + 0.5, `${now + 60}`, -1, ...wrongTypes]),
  nbf: is('claims', 'nbf', [undefined, around(0), around(5), around(10), 0, now - 0.5, `${now}`, 1e300, -1, ...wrongTypes]),
  iat: is('claims', 'iat', [undefined, around(0), around(5), around(10), around(-540), 0, now - 0.5, `${now}`, 1e300, ...wrongTypes]),
  act: is('claims', 'act', [{ sub: 'user_2' }, { iss: issuer, sub: 'agent_1', type: 'agent' }, { sub: 7 }, ...wrongTypes]),
  client_id: is('claims', 'client_id', [undefined, ...wrongTypes]),
  jti: is('claims', 'jti', [undefined, ...wrongTypes]),
  scope: is('claims', 'scope', [undefined, 'one two', ' one', 'one  two', 'öne', ...wrongTypes]),
  scp: is('claims', 'scp', [['one', 'two'], ['one', 7], ['one two'], ...wrongTypes]),
  v: is('claims', 'v', [undefined, 2, 1, 3, '2', null]),
  o: is('claims', 'o', [{ id: 'org_1' }, { id: 'org_1', rol: 'admin', slg: 'acme', per: 'read,manage', fpm: '3' }, { id: 7 }, {}, ...wrongTypes]),
  'another claim': (draft, random) => { draft.claims[random.text(6)] = random.pick([{ a: [1, { b: null }] }, 'ünïcødé \u{1f600}', 2 ** 60, -0, 1e-7, ...wrongTypes]); },
  'odd header text': (draft, random) => { draft.headerText = random.pick(oddTexts); },
  'odd claims text': (draft, random) => { draft.claimsText = random.pick(oddTexts); },
  'header in another base64': (draft) => { draft.headerForm = withStrayBits; },
  'claims in another base64': (draft, random) => { draft.claimsForm = random.pick([withStrayBits, (part) => `${part}=`, (part) => `${part}\n`, (part) => part.replace(/[A-Z]/, '+'), (part) => part.replace(/[A-Z]/, '.')]); },
};
// What may be done to the finished [header, claims, signature].
const after = {
  'a bit of the signature': (parts, random) => {
    const bytes = Buffer.from(parts[2], 'base64url');
    if (bytes.length) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
    parts[2] = encode(bytes);
  },
  'another length of signature': (parts, random) => { parts[2] = random.pick([(s) => s.slice(0, -4), (s) => `${s}AAAA`, () => '', (s) => `AAAA${s}`, (s) => s + s])(parts[2]); },
  'a signature of zeros or ones': (parts, random) => { parts[2] = encode(Buffer.alloc(random.pick([32, 64, 65, 256]), random.pick([0, 1, 255]))); },
  'a signature in DER': (parts) => {
    const [r, s] = [0, 32].map((at) => Buffer.from(parts[2], 'base64url').subarray(at, at + 32));
    const integer = (bytes) => Buffer.concat([Buffer.from([2, bytes.length + 1, 0]), bytes]);
    const body = Buffer.concat([integer(r), integer(s)]);
    parts[2] = encode(Buffer.concat([Buffer.from([0x30, body.length]), body]));
  },
  'its halves swapped': (parts) => {
    const bytes = Buffer.from(parts[2], 'base64url');
    parts[2] = encode(Buffer.concat([bytes.subarray(bytes.length / 2), bytes.subarray(0, bytes.length / 2)]));
  },
  'claims changed after signing': (parts, random) => { parts[1] = encode(JSON.stringify({ iss: issuer, aud: audience, azp: party, sub: 'user_evil', sid: 'sess_1', iat: now, exp: now + 60, n: random.below(9) })); },
  'header changed after signing': (parts, random) => { parts[0] = encode(JSON.stringify({ alg: random.pick(Object.keys(signers)), kid: 'RS256-first', typ: 'JWT' })); },
  'another number of parts': (parts, random) => { random.pick([() => parts.pop(), () => parts.push(''), () => parts.push('e30', ''), () => parts.shift(), () => parts.splice(0, 3, ''), () => parts.unshift('e30')])(); },
  'another alphabet': (parts) => { for (const at of parts.keys()) parts[at] = parts[at].replaceAll('-', '+').replaceAll('_', '/'); },
  'padding on the signature': (parts) => { parts[2] += '='.repeat((4 - (parts[2].length % 4)) % 4 || 1); },
  'stray bits in the signature': (parts) => { parts[2] = withStrayBits(parts[2]); },
  noise: (parts, random) => {
    const at = random.below(parts.length);
    const where = random.below(parts[at].length + 1);
    parts[at] = parts[at].slice(0, where) + random.pick([' ', '\n', '\r\n', '\t', '\u0000', '%2E', '*', 'é', 'A', '=', '+', '/', '\u2028']) + parts[at].slice(where);
  },
  'nothing but noise': (parts, random) => { parts.splice(0, parts.length, ...Array.from({ length: 3 }, () => random.text(random.below(40)))); },
};

export async function makeTokens(count, seed) {
  const random = makeRandom(seed);
  const keys = Object.keys(make).flatMap((alg) => ['first', 'second'].map((nth) => makeKey(`${alg}-${nth}`, alg)));
  const tokens = [];
  while (tokens.length < count) {
    const key = random.chance(0.4) ? keys[0] : random.pick(keys); // the first is the one that session tokens are signed with
    const age = random.below(50);
    const common = { iss: issuer, sub: `user_${random.text(27)}`, aud: audience, iat: now - age, nbf: now - age - 5, exp: now - age + 60, jti: `oat_${random.text(20)}` };
    const [claims, kind] = random.chance(0.3) // an access token of Clerk's OAuth server, or a session token
      ? [{ ...common, client_id: random.text(16), scope: 'profile email' }, { typ: 'at+jwt' }]
      : [{ ...common, sid: `sess_${random.text(27)}`, azp: party, v: 2, sts: 'active' }, { typ: 'JWT', cat: 'cl_B7d4PD111AAA' }];
    const draft = { key, kid: key.kid, alg: key.alg, header: { alg: key.alg, kid: key.kid, ...kind }, claims, others: keys.filter((each) => each !== key) };
    const how = [];
    const apply = (changes, subject) => {
      const name = random.pick(Object.keys(changes));
      changes[name](subject, random);
      how.push(name);
    };
    const changes = random.pick([0, 1, 1, 1, 2, 3]);
    if (changes === 0) {
      tokens.push({ kid: key.kid, token: await new SignJWT(claims).setProtectedHeader(draft.header).sign(key.privateKey), how });
      continue;
    }
    for (let change = random.chance(0.3) ? 1 : 0; change < changes; ++change) apply(before, draft);
    const headerText = (draft.headerText ?? String)(JSON.stringify(draft.header));
    const claimsText = (draft.claimsText ?? String)(JSON.stringify(draft.claims));
    const parts = [(draft.headerForm ?? String)(encode(headerText)), (draft.claimsForm ?? String)(encode(claimsText))];
    const text = Buffer.from(parts.join('.'));
    parts.push(encode(signers[draft.alg](draft.key, text) ?? signers[draft.key.alg](draft.key, text)));
    if (how.length < changes) apply(after, parts);
    tokens.push({ kid: key.kid, token: parts.join('.'), how });
  }
  const terms = { now, issuer, audience, authorized_party: party, session_kid: 'RS256-first', jwks: { keys: keys.map(({ jwk }) => jwk) } };
  return { keys, terms, tokens };
}
