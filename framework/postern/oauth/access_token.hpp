// Access tokens: sealed, opaque to clients, and checked without I/O.
//
//   pat_<key id>_<base64url of nonce, ciphertext and tag>
//
// The resource is authenticated along with the content, so a token for one server does not open at another, even if
// they share a secret (RFC 8707 sec. 2, threat 19). The key id says which key opens it, and tells tokens of another
// secret apart at a glance.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/principal.hpp"
#include "postern/base/recently_opened.hpp"
#include "postern/base/result.hpp"
#include "postern/ports/ports.hpp"
#include "postern/ports/rotated_secret.hpp"

namespace postern::oauth {

// Half of what the headers of a request may be together.
inline constexpr std::size_t access_token_chars_max = 8 * 1024;

class AccessTokens {
 public:
  // The current key seals, and either opens.
  AccessTokens(const Ports& ports, const RotatedSecret& keys, std::string resource);

  // Good until `principal.authorized_until`. Fails if it would be longer than open() takes, which is up to how much of
  // scopes, permissions, features and plans the app declares.
  [[nodiscard]] Result<std::string> seal(const Principal& principal) const;
  // Null if it is not ours, whatever the reason. Says nothing about expiry or revocation.
  [[nodiscard]] Caller open(std::string_view text);

 private:
  struct Key {
    Secret secret;
    std::string prefix;  // with the key id
    std::string associated;
  };
  [[nodiscard]] Key with_id(const Secret& secret, std::string_view resource) const;

  Ports ports_;
  const Key current_;
  const std::optional<Key> previous_;
  RecentlyOpened<Caller> recent_;
};

}  // namespace postern::oauth
