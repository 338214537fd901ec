// The two credentials that name their grant: authorization code and refresh token. Opaque to clients.
//
//   code           <grant id>.<secret>                 the grant keeps the hash of the secret
//   refresh token  <grant id>.<generation>.<secret>    the secret is an HMAC over the other two: nothing is kept
//
// As the grant is named, a credential that was used before still finds it, and its second use revokes it (threats 6
// and 7). As the refresh secret follows from the generation, a repeated request gets the same successor, and every old
// generation is known to be genuine, so that nobody can revoke a grant by inventing tokens for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/secret.hpp"
#include "postern/ports/crypto.hpp"
#include "postern/ports/rotated_secret.hpp"

namespace postern::oauth {

// What ids (16 bytes) and secrets (32) of ours look like: nothing else becomes part of a key.
[[nodiscard]] bool is_base64url_of(std::size_t bytes, std::string_view text);

struct AuthorizationCode {
  std::string grant_id;
  Secret secret;

  [[nodiscard]] static std::optional<AuthorizationCode> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
};

struct RefreshToken {
  std::string grant_id;
  std::int64_t generation = 0;

  // Nullopt unless it was made with one of these keys.
  [[nodiscard]] static std::optional<RefreshToken> parse(Crypto& crypto, const RotatedSecret& keys,
                                                         std::string_view text);
  [[nodiscard]] std::string text(Crypto& crypto, const Secret& key) const;
};

}  // namespace postern::oauth
