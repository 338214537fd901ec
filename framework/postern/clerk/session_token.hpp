// Judges Clerk session tokens: the proof that a user is signed in at the app (clerk.md 2.5).
//
//   SessionTokenVerifier verifier{{.issuer = key.issuer(), .authorized_parties = {"https://app.example.com"}}, keys,
//                                 ports};
//   CO_TRY(auto claims, co_await verifier.verify(token));     // claims.user_id, claims.session_id
//
// RS256 alone, signature before claims, and only a session token of a front end in the list: not a template, machine or
// OAuth token, though the same key signs them. Why one was refused is for the log; the caller hears one sentence.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/instance_jwt.hpp"
#include "postern/clerk/key_set.hpp"
#include "postern/clerk/session_claims.hpp"
#include "postern/jose/jwt.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

struct SessionTokenSettings {
  std::string issuer;
  std::vector<std::string> authorized_parties;  // origins, never none
  std::optional<RsaPublicKey> key;              // if set, the one key that counts, and `keys` is never asked
};

class SessionTokenVerifier {
 public:
  SessionTokenVerifier(SessionTokenSettings settings, KeySet& keys, Ports& ports);

  // Errors: unauthorized (not a valid session token), forbidden (the user has something left to do at sign-in),
  // unavailable (the keys cannot be had).
  Task<Result<SessionClaims>> verify(std::string token);

 private:
  std::unexpected<Error> refuse(std::string_view reason) const;

  jose::ClaimsPolicy policy_;
  InstanceJwts jwts_;
  Ports& ports_;
};

}  // namespace postern::clerk
