// Sign-in at Clerk itself (AUTH_MODE=clerk-login): the browser goes to Clerk's OAuth server, where this server is an
// OAuth application of the instance, and comes back with a code (OpenID Connect Core sec. 3.1; RFC 7636; RFC 9700
// sec. 2.1). No page of the app is needed.
//
//   begin()      <clerk>/oauth/authorize?client_id=...&redirect_uri=<ours>/callback&scope=openid&state=...&nonce=...
//   complete()   code and secret are exchanged for an ID token: signed by the instance, for this client, with the nonce
//                of this very sign-in; then Clerk itself says in which session its user is, and whether they may come
//                in
//   recognize()  a session token of the app's own pages
//   confirm()    whether that session still stands, at each refresh
//
// code_verifier and nonce follow from the state and a key of ours: the state is used once and belongs to one browser,
// so they are, and nothing more has to be kept. Of what Clerk's OAuth server issues nothing outlives complete(). The ID
// token names no session, so it is the one that the user has used last (decisions/0008).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/instance_jwt.hpp"
#include "postern/clerk/session_token.hpp"
#include "postern/clerk/standing.hpp"
#include "postern/jose/jwt.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

struct ClerkLoginSettings {
  std::string issuer;        // of the instance, where its OAuth server is as well
  std::string client_id;     // CLERK_OAUTH_CLIENT_ID
  Secret client_secret;      // CLERK_OAUTH_CLIENT_SECRET
  std::string callback_url;  // ours, as the OAuth application has it
  Secret key;                // what code_verifier and nonce are made with
};

class ClerkLogin final : public oauth::SignIn {
 public:
  ClerkLogin(ClerkLoginSettings settings, InstanceJwts& jwts, SessionTokenVerifier& session_tokens, Standing& standing,
             Ports& ports);

  [[nodiscard]] std::string begin(const oauth::SignInRequest& request) override;
  Task<Result<oauth::SignedInUser>> complete(const oauth::SignInReturn& returned) override;
  Task<Result<oauth::SignedInUser>> recognize(std::string session_token) override;
  Task<std::vector<oauth::Organization>> find_organizations(std::string user_id) override;
  Task<Result<oauth::SignedInUser>> confirm(const oauth::SignedInUser& user) override;

 private:
  [[nodiscard]] std::string derive(std::string_view purpose, std::string_view state) const;
  // The ID token.
  Task<Result<std::string>> redeem(std::string code, std::string code_verifier);
  std::unexpected<Error> refuse(std::string_view reason) const;

  ClerkLoginSettings settings_;
  jose::ClaimsPolicy policy_;
  InstanceJwts& jwts_;
  SessionTokenVerifier& session_tokens_;
  Standing& standing_;
  Ports& ports_;
};

}  // namespace postern::clerk
