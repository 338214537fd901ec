// The Crypto port: bytes in, bytes out, synchronous. Each function is an import of the module (../abi.md).
import { createCipheriv, createDecipheriv, createHash, createHmac, createPublicKey, verify } from 'node:crypto';

const TAG_BYTES = 16;
const RSA_BITS_MIN = 2048;
const RSA_BITS_MAX = 8192; // time to verify grows with the square
const RSA_EXPONENT_BITS_MAX = 64;
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
    if (type === 'RSA' && !isRsaThatWeTake(key.asymmetricKeyDetails, first)) return null;
    return { type, key };
  } catch {
    return null;
  }
}

// An even modulus or exponent, or an exponent of one, belongs to no RSA key.
function isRsaThatWeTake({ modulusLength, publicExponent }, modulus) {
  const isOdd = modulus.at(-1) % 2 === 1 && publicExponent % 2n === 1n;
  return modulusLength >= RSA_BITS_MIN && modulusLength <= RSA_BITS_MAX && isOdd &&
    publicExponent > 1n && publicExponent < 1n << BigInt(RSA_EXPONENT_BITS_MAX);
}

/** RS256, ES256 (r and s, 32 bytes each) or EdDSA, as the key's kind has it. */
export function verifySignature({ type, key }, message, signature) {
  try {
    if (type === 'EC') return signature.length === 64 && verify('sha256', message, key, toDer(signature));
    return verify(type === 'OKP' ? null : 'sha256', message, key, signature);
  } catch {
    return false;
  }
}

// RFC 3279 sec. 2.2.3: a SEQUENCE of two INTEGERs, each in its shortest form. workerd does not know `dsaEncoding`.
function toDer(signature) {
  const integer = (/** @type {number[]} */ number) => {
    const shortest = number.slice(number.findIndex((byte, at) => byte !== 0 || at === number.length - 1));
    if (shortest[0] & 0x80) shortest.unshift(0); // it is no negative number
    return [0x02, shortest.length, ...shortest];
  };
  const numbers = [...integer([...signature.subarray(0, 32)]), ...integer([...signature.subarray(32)])];
  return Uint8Array.of(0x30, numbers.length, ...numbers);
}
