// What a person has agreed to and wants to be asked no more about, in the Store under
// remembered_consent/<account>/<client> (docs/decisions/0013): of each client the last that was agreed to.
//
// Exact in account, redirect URI and resource. The scopes may be fewer than were agreed to, never more. It lives
// as long as limits::remembered_consent_lifetime, or until a connection of this account to this client is ended,
// whoever ends it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/ports/ports.hpp"

namespace postern::limits {

inline constexpr auto remembered_consent_lifetime = std::chrono::hours{24 * 30};

}  // namespace postern::limits

namespace postern::oauth {

struct Consent {
  std::string user_id;
  std::string organization_id;  // empty: a personal account
  std::string client_id;
  std::string redirect_uri;
  std::string resource;
  std::vector<std::string> scopes;

  [[nodiscard]] std::string account() const { return account_of(user_id, organization_id); }
};

// `ports` live until the tasks end.
Task<Result<void>> remember_consent(const Ports& ports, Consent given);
Task<Result<bool>> is_remembered(const Ports& ports, Consent asked);
Task<Result<void>> forget_consent(const Ports& ports, std::string_view account, std::string_view client_id);

}  // namespace postern::oauth
