// Access tokens: sealed, opaque to clients, and checked without I/O.
//
//   pat_<key id>_<base64url of nonce, ciphertext and tag>
//
// The resource is authenticated along with the content, so a token for one server does not open at another, even if
// they share a secret (RFC 8707 sec. 2, threat 19). The key id tells tokens of another secret apart at a glance.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/secret.hpp"
#include "postern/base/time.hpp"
#include "postern/ports/ports.hpp"

namespace postern::oauth {

struct AccessToken {
  std::string grant_id;
  std::string user_id;
  std::string session_id;
  std::string organization_id;  // empty: a personal account
  std::string role{};           // in the organization
  std::string client_id;
  std::vector<std::string> scopes;
  std::vector<std::string> permissions{};  // in the organization, as far as the server asks for them
  TimePoint expires_at;
};

class AccessTokens {
 public:
  // `key` must outlive it.
  AccessTokens(const Ports& ports, const Secret& key, std::string resource);

  [[nodiscard]] std::string seal(const AccessToken& token) const;
  // Nullopt if it is not ours, whatever the reason. Says nothing about expiry or revocation.
  [[nodiscard]] std::optional<AccessToken> open(std::string_view text) const;

 private:
  Ports ports_;
  const Secret& key_;
  std::string prefix_;
  std::string associated_;
};

}  // namespace postern::oauth
