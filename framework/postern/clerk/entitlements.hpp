// What the plans of a user and of their organization include, as far as the app asks: Clerk's billing features and
// plans.
//
//   Entitlements entitlements{{.issuer = issuer, .features = {"export"}, .plans = {"org:pro"}}, backend, jwts, ports};
//   CO_TRY(user, co_await entitlements.add_to(std::move(user)));        // user.features, user.plans
//
// Only a session token says it, in `fea` and `pla` (clerk.md 2.2), so one is minted, read and forgotten; and only if
// something is asked for. Version 1 of the token has neither claim: then nobody has anything. The same while the
// session has been switched to another organization than the sign-in is for. What is referred to outlives it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/backend.hpp"
#include "postern/clerk/instance_jwt.hpp"
#include "postern/jose/jwt.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

// Whether a list of scope:name, as both claims are, has what is needed: "org:<name>", "user:<name>", or "<name>" of
// either. As has() of Clerk's SDK judges it; a list that cannot be read has nothing.
[[nodiscard]] bool has_entitlement(std::string_view list, std::string_view needed);

struct EntitlementSettings {
  std::string issuer;
  std::vector<std::string> features{};  // those that something needs
  std::vector<std::string> plans{};     // likewise
};

class Entitlements {
 public:
  Entitlements(EntitlementSettings settings, Backend& backend, InstanceJwts& jwts, Ports& ports);

  // Errors: unauthorized (the session is over), unavailable (Clerk cannot be asked).
  Task<Result<oauth::SignedInUser>> add_to(oauth::SignedInUser user);

 private:
  EntitlementSettings settings_;
  jose::ClaimsPolicy policy_;
  Backend& backend_;
  InstanceJwts& jwts_;
  Ports& ports_;
};

}  // namespace postern::clerk
