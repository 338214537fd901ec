// The cryptography that the core needs, and no more. Synchronous on both hosts (OpenSSL; node:crypto in workerd).
//
//   std::string digest = crypto.sha256(token);                    // 32 bytes
//   Secret key = derive_key(crypto, master, "access-token");      // HKDF-SHA-256, RFC 5869
//   std::string box = seal(crypto, random, key, payload, aad);    // fresh nonce inside
//   std::optional<std::string> payload = open(crypto, key, box, aad);
//
// Bytes travel as std::string. No function throws; a false or nullopt means "not genuine" and nothing more, on purpose.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/ports/random.hpp"

namespace postern {

// Public keys as their JWK numbers (RFC 7518 sec. 6, RFC 8037): big-endian bytes, decoded.
struct RsaPublicKey {
  std::string modulus;  // 2048 bits or more, else import fails
  std::string exponent;
};
struct P256PublicKey {
  std::string x, y;  // 32 bytes each
};
struct Ed25519PublicKey {
  std::string x;  // 32 bytes
};
using PublicKey = std::variant<RsaPublicKey, P256PublicKey, Ed25519PublicKey>;

// A key made ready once and used for many signatures. The kind of the key fixes the algorithm: RS256
// (RSASSA-PKCS1-v1_5 with SHA-256), ES256 (raw r||s, 64 bytes), EdDSA (Ed25519). Immutable; lives as long as its
// Crypto.
class VerifyingKey {
 public:
  virtual ~VerifyingKey() = default;
  [[nodiscard]] virtual bool verify(std::string_view message, std::string_view signature) const = 0;
};

class Crypto {
 public:
  virtual ~Crypto() = default;

  [[nodiscard]] virtual std::string sha256(std::string_view bytes) = 0;
  [[nodiscard]] virtual std::string hmac_sha256(std::string_view key, std::string_view bytes) = 0;

  // AES-256-GCM: a 32-byte key, a 12-byte nonce never used twice with it; the 16-byte tag follows the ciphertext.
  [[nodiscard]] virtual std::string aes_gcm_seal(std::string_view key, std::string_view nonce, std::string_view plain,
                                                 std::string_view associated) = 0;
  [[nodiscard]] virtual std::optional<std::string> aes_gcm_open(std::string_view key, std::string_view nonce,
                                                                std::string_view sealed,
                                                                std::string_view associated) = 0;

  // Refuses RSA below 2048 bits, points off the curve, wrong lengths.
  [[nodiscard]] virtual Result<std::unique_ptr<VerifyingKey>> import_key(const PublicKey& key) = 0;
};

// HKDF-SHA-256 (RFC 5869): extract, then expand to `size` bytes, 8160 at most.
[[nodiscard]] std::string hkdf_sha256(Crypto& crypto, std::string_view key_material, std::string_view salt,
                                      std::string_view info, std::size_t size);

// A 32-byte key for one purpose out of the server secret: HKDF-SHA-256 (RFC 5869) with an empty salt and `purpose` as
// info.
[[nodiscard]] Secret derive_key(Crypto& crypto, const Secret& master, std::string_view purpose);

// nonce || ciphertext || tag, with a fresh random nonce: good for 2^32 boxes per key (NIST SP 800-38D sec. 8.3).
// `associated` is authenticated, not carried: give the same to open().
[[nodiscard]] std::string seal(Crypto& crypto, Random& random, const Secret& key, std::string_view plain,
                               std::string_view associated);
[[nodiscard]] std::optional<std::string> open(Crypto& crypto, const Secret& key, std::string_view sealed,
                                              std::string_view associated);

}  // namespace postern
