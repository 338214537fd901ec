// A compact JSON Web Signature that nobody has verified yet (RFC 7515 sec. 3.1): its header can be read, its claims
// cannot.
//
//   auto jws = UnverifiedJws::parse(token);
//   auto key = find(jws->header().kid);                    // a hint of which key to try, nothing more
//   auto jwt = verify(*jws, key, policy, now);             // jwt.hpp: the only road to a claim
//
// Owns its text. Refuses more than limits::jwt_bytes_max, algorithms we do not know, extensions, and every second
// spelling: padding, stray bits, duplicate members. `jku`, `jwk`, `x5u` and `x5c` are not looked at (threat 22).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "postern/base/result.hpp"
#include "postern/jose/algorithm.hpp"
#include "postern/jose/jwt_error.hpp"

namespace postern::jose {

class Key;

// What a token says of itself. Choose a key and refuse by it; trust nothing in it before the signature is checked.
struct JwsHeader {
  Algorithm algorithm = Algorithm::rs256;
  std::string kid;                 // empty: absent
  std::optional<std::string> typ;  // RFC 8725 sec. 3.11
  std::optional<std::string> cat;  // Clerk's token category (clerk.md 2.1)
};

class UnverifiedJws {
 public:
  [[nodiscard]] static Result<UnverifiedJws, JwtError> parse(std::string_view compact);

  [[nodiscard]] const JwsHeader& header() const { return header_; }

  // The payload's bytes if `key` made the signature over them; the algorithm is the key's, and `alg` must agree.
  [[nodiscard]] Result<std::string, JwtError> open(const Key& key) const;

 private:
  UnverifiedJws() = default;

  JwsHeader header_;
  std::string signed_text_;  // header '.' payload, as they came
  std::size_t payload_offset_ = 0;
  std::string signature_;
};

}  // namespace postern::jose
