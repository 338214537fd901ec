// Who calls the API: the user whom a Clerk token in `Authorization: Bearer` speaks for.
//
//   const auto caller = co_await bearer.authenticate(request);
//   if (!caller) co_return unauthorized(caller.error());
//
// Two kinds of token are taken, and told apart by what Clerk wrote into them: a session token of our own origin (azp),
// and a token of the JWT template "postern", whose audience is our API (aud). Nothing else that the same key signs.
#pragma once

#include <string>

#include "acme-app/settings.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/key_set.hpp"
#include "postern/clerk/session_token.hpp"
#include "postern/http/message.hpp"
#include "postern/ports/clock.hpp"

namespace acme {

struct Caller {
  std::string user_id;
  std::string organization_id;  // that is active in their session; empty: none
};

class Bearer {
 public:
  // All outlive it.
  Bearer(const Settings& settings, postern::clerk::SessionTokenVerifier& verifier, postern::clerk::KeySet& keys,
         postern::Clock& clock);

  // Errors: unauthorized, forbidden (has something left to do at sign-in), unavailable. The request lives until the
  // task is done.
  postern::Task<postern::Result<Caller>> authenticate(const postern::http::Request& request);

 private:
  postern::Task<postern::Result<Caller>> verify_template_token(postern::jose::UnverifiedJws jws);

  postern::jose::ClaimsPolicy template_policy_;
  postern::clerk::SessionTokenVerifier& verifier_;
  postern::clerk::KeySet& keys_;
  postern::Clock& clock_;
};

}  // namespace acme
