// Access tokens: sealed, opaque to clients, and checked without I/O.
//
//   pat_<key id>_<base64url of nonce, ciphertext and tag>
//
// The resource is authenticated along with the content, so a token for one server does not open at another, even if
// they share a secret (RFC 8707 sec. 2, threat 19). The key id tells tokens of another secret apart at a glance.
#pragma once

#include <string>
#include <string_view>

#include "postern/base/principal.hpp"
#include "postern/base/recently_opened.hpp"
#include "postern/base/secret.hpp"
#include "postern/ports/ports.hpp"

namespace postern::oauth {

class AccessTokens {
 public:
  // `key` must outlive it.
  AccessTokens(const Ports& ports, const Secret& key, std::string resource);

  // Good until `principal.authorized_until`.
  [[nodiscard]] std::string seal(const Principal& principal) const;
  // Null if it is not ours, whatever the reason. Says nothing about expiry or revocation.
  [[nodiscard]] Caller open(std::string_view text);

 private:
  Ports ports_;
  const Secret& key_;
  std::string prefix_;
  std::string associated_;
  RecentlyOpened<Caller> recent_;
};

}  // namespace postern::oauth
