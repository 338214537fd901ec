// Writes pem_vectors.json: public keys as Node writes them in PEM, with their numbers as Node gives them in a JWK, and
// other things in PEM that are no RSA public key. Keys differ with every run, verdicts do not.
//
//   node framework/postern/jose/testdata/make_pem_vectors.mjs
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const pem = (key, type = 'spki') => key.export({ format: 'pem', type });
const rsa = (modulusLength, publicExponent) => generateKeyPairSync('rsa', { modulusLength, publicExponent });
const good = [[2048, 65537], [2048, 3], [2056, 65537], [3072, 65537], [4096, 65537]].map(([bits, e]) => {
  const { publicKey } = rsa(bits, e);
  const { n, e: exponent } = publicKey.export({ format: 'jwk' });
  return { name: `RSA of ${bits} bits, exponent ${e}`, pem: pem(publicKey), n, e: exponent };
});

const pair = rsa(2048);
const der = pair.publicKey.export({ format: 'der', type: 'spki' });
const wrap = (bytes, label = 'PUBLIC KEY') => `-----BEGIN ${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----\n`;
const bad = Object.entries({
  'too few bits': pem(rsa(1024).publicKey),
  'EC on P-256': pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey),
  'Ed25519': pem(generateKeyPairSync('ed25519').publicKey),
  'RSA-PSS, which is for another algorithm': pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey),
  'PKCS #1': pem(pair.publicKey, 'pkcs1'),
  'a private key': pem(pair.privateKey, 'pkcs8'),
  'SPKI under the wrong label': wrap(der, 'RSA PUBLIC KEY'),
  'a byte more than DER says': wrap(Buffer.concat([der, Buffer.from([0])])),
  'two keys': pem(pair.publicKey) + pem(pair.publicKey),
  'base64url': pem(pair.publicKey).replace(/\+/g, '-').replace(/\//g, '_').replace('=', ''),
  'nothing between the lines': wrap(Buffer.alloc(0)),
}).map(([name, text]) => ({ name, pem: text }));

for (const { pem: text } of good) createPublicKey(text); // Node reads what it wrote
writeFileSync(new URL('pem_vectors.json', import.meta.url), `${JSON.stringify({ good, bad }, null, 1)}\n`);
