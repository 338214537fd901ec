// Public signing keys as JSON (RFC 7517), and made ready for verifying.
//
//   TRY(auto set, Jwks::parse(body));
//   for (const Jwk& jwk : set.keys()) {
//     TRY(auto key, Key::import(crypto, jwk));      // once; then verify(jws, key, policy, now) many times
//   }
//
// Taken are RSA from 2048 bits (RS256), EC on P-256 (ES256) and OKP Ed25519 (EdDSA), each with a `kid`; the kind of key
// fixes the algorithm. `x5u`, `x5c` and private members are not looked at. Owns its bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/jose/algorithm.hpp"
#include "postern/json/value.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::jose {

struct Jwk {
  std::string kid;
  Algorithm algorithm = Algorithm::rs256;
  PublicKey public_key;

  // Refuses a `use` other than sig, and an `alg` other than the key's own. Whether a point is on its curve is for
  // Key::import to say.
  [[nodiscard]] static Result<Jwk> parse(const json::Value& value);
};

class Jwks {
 public:
  // A key that we cannot use is passed over (RFC 7517 sec. 5); a set without any that we can is an error, and so is
  // one of more than limits::jwks_bytes_max or limits::jwks_keys_max.
  [[nodiscard]] static Result<Jwks> parse(std::string_view text);

  // In the order of the document. Two may share a `kid`: it is a hint, no identity.
  [[nodiscard]] const std::vector<Jwk>& keys() const { return keys_; }

 private:
  explicit Jwks(std::vector<Jwk> keys) : keys_(std::move(keys)) {}

  std::vector<Jwk> keys_;
};

// A key ready for use, together with the one algorithm it is for. Lives no longer than its Crypto.
class Key {
 public:
  [[nodiscard]] static Result<Key> import(Crypto& crypto, const Jwk& jwk);

  [[nodiscard]] const std::string& kid() const { return kid_; }
  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const {
    return verifying_key_->verify(message, signature);
  }

 private:
  Key(std::string kid, Algorithm algorithm, std::unique_ptr<VerifyingKey> verifying_key)
      : kid_(std::move(kid)), algorithm_(algorithm), verifying_key_(std::move(verifying_key)) {}

  std::string kid_;
  Algorithm algorithm_;
  std::unique_ptr<VerifyingKey> verifying_key_;
};

}  // namespace postern::jose
