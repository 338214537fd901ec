// The Crypto port: bytes in, bytes out, synchronous. Each function is an import of the module (../abi.md).
import { createCipheriv, createDecipheriv, createHash, createHmac, createPublicKey, verify } from 'node:crypto';

const TAG_BYTES = 16;
const RSA_BITS_MIN = 2048;
const base64url = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('base64url');

/** @param {Uint8Array} bytes */
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

/** @param {Uint8Array} key @param {Uint8Array} bytes */
export const hmacSha256 = (key, bytes) => createHmac('sha256', key).update(bytes).digest();

/** Ciphertext and tag. */
export function aesGcmSeal(key, nonce, plain, associated) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Null if it is not genuine. @returns {Uint8Array|null} */
export function aesGcmOpen(key, nonce, sealed, associated) {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(associated).setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch {
    return null;
  }
}

/** Null if it is no key that we take. @param {string} type @param {Uint8Array} first @param {Uint8Array} second */
export function importKey(type, first, second) {
  const jwk = {
    RSA: () => ({ kty: 'RSA', n: base64url(first), e: base64url(second) }),
    EC: () => ({ kty: 'EC', crv: 'P-256', x: base64url(first), y: base64url(second) }),
    OKP: () => ({ kty: 'OKP', crv: 'Ed25519', x: base64url(first) }),
  }[type]();
  try {
    if (type !== 'RSA' && (first.length !== 32 || second.length !== (type === 'EC' ? 32 : 0))) return null;
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    if (type === 'RSA' && key.asymmetricKeyDetails.modulusLength < RSA_BITS_MIN) return null;
    return { type, key };
  } catch {
    return null;
  }
}

/** RS256, ES256 (r and s, 64 bytes) or EdDSA, as the key's kind has it. */
export function verifySignature({ type, key }, message, signature) {
  try {
    if (type === 'OKP') return verify(null, message, key, signature);
    return verify('sha256', message, type === 'EC' ? { key, dsaEncoding: 'ieee-p1363' } : key, signature);
  } catch {
    return false;
  }
}
