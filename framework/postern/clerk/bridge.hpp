// Sign-in by the app's own page (AUTH_MODE=bridge): the browser goes there, and comes back with the session token that
// Clerk gave the page (clerk.md 6).
//
//   begin()      <app>/auth/mcp?state=...&callback_url=...&client_name=...
//   complete()   clerk_token: genuine, of this app, made after the browser left us, never used by another browser; and
//                Clerk itself says that the session is active and the user neither banned nor locked
//   recognize()  the same, for a token that comes from the app's pages and not through a sign-in of ours
//   confirm()    the same question to Clerk, at each refresh
//
// All ask Clerk for the user's role and permissions in the organization that the sign-in was made in.
//
// callback_url is sent, though no page should go by it (clerk.md 6.2 row 6): a page that knows our address compares it,
// and so says that it is set up for another server before it hands that one a token. To leave it out would stop nobody
// who writes such a link themselves, and only a page that takes it from there would be at their mercy.
//
// The page should post the token (a form body): a query stays behind in histories and logs, and is refused unless the
// operator says otherwise. No token is kept, only the digest of a used one until it has expired.
//
// A used token is good for the browser that used it and for no other (clerk.md 6.2 row 2): whoever has seen it on its
// way cannot sign in with it. That browser may come again with the same one, for a page that asks Clerk twice within
// seconds may be handed the same twice; its sign-in is a new one by its state, which works once.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/app_url.hpp"
#include "postern/clerk/session_token.hpp"
#include "postern/clerk/standing.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

// Whether clerk_token may come in the query of the callback: for apps written for the TypeScript template.
enum class QueryToken { refuse, accept };

struct BridgeSettings {
  AppUrl app;
  std::string sign_in_path = "/auth/mcp";
  QueryToken query_token = QueryToken::refuse;
};

class BridgeSignIn final : public oauth::SignIn {
 public:
  // `verifier` must accept the app's origin as authorized party, and no other.
  BridgeSignIn(BridgeSettings settings, SessionTokenVerifier& verifier, Standing& standing, Ports& ports)
      : settings_(std::move(settings)), verifier_(verifier), standing_(standing), ports_(ports) {}

  [[nodiscard]] std::string begin(const oauth::SignInRequest& request) override;
  Task<Result<oauth::SignedInUser>> complete(const oauth::SignInReturn& returned) override;
  Task<Result<oauth::SignedInUser>> recognize(std::string session_token) override;
  Task<std::vector<oauth::Organization>> find_organizations(std::string user_id) override;
  Task<Result<oauth::SignedInUser>> confirm(const oauth::SignedInUser& user) override;

 private:
  Task<Result<void>> use(std::string token, TimePoint expires_at, std::string browser);
  std::unexpected<Error> refuse(std::string_view reason) const;

  BridgeSettings settings_;
  SessionTokenVerifier& verifier_;
  Standing& standing_;
  Ports& ports_;
};

}  // namespace postern::clerk
