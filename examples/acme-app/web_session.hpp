// Who is at the browser: Clerk's cookies, and the handshake by which we get fresh ones, as Clerk's own SDKs do it.
//
//   Visit visit = co_await sessions.require(request);
//   if (auto* response = std::get_if<http::Response>(&visit)) co_return std::move(*response);   // sent elsewhere first
//   const SignedIn& user = std::get<SignedIn>(visit);
//
//   browser                       shop                               Clerk
//   GET /orders, stale cookie ──> 307 ─────────────────────────────> /v1/client/handshake
//   GET /orders?nonce <─────────────────────────────────────── 307 ─┘
//                            ──>  redeem nonce with the secret key ─> Set-Cookie texts
//   GET /orders, fresh      <──── 307, Set-Cookie
//
// A session token lives for a minute, so this happens once in a while to everybody. For development instances and the
// offline Clerk, whose nonce comes in the query.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "acme-app/clerk_api.hpp"
#include "acme-app/settings.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/clerk/session_token.hpp"
#include "postern/http/message.hpp"
#include "postern/ports/clock.hpp"
#include "postern/uri/form.hpp"

namespace acme {

struct SignedIn {
  std::string user_id;
  std::string session_id;
  std::string token;
  postern::TimePoint issued_at;
};
struct SignedOut {};
// A Response is to be sent as it is, instead of the page.
using Visit = std::variant<SignedOut, SignedIn, postern::http::Response>;

class WebSessions {
 public:
  // All outlive it.
  WebSessions(const Settings& settings, postern::clerk::SessionTokenVerifier& verifier, ClerkApi& clerk,
              postern::Clock& clock)
      : settings_(settings), verifier_(verifier), clerk_(clerk), clock_(clock) {}

  // The request lives until the task is done, in all of these.
  postern::Task<Visit> look(const postern::http::Request& request);     // signed in or not, both are fine
  postern::Task<Visit> require(const postern::http::Request& request);  // to the sign-in page, unless signed in
  // Signed in, with a token made within the last seconds: for handing it on.
  postern::Task<Visit> require_fresh(const postern::http::Request& request);

  // Ends the session at Clerk, and forgets it in this browser.
  postern::Task<postern::http::Response> sign_out(const postern::http::Request& request);

 private:
  postern::Task<Visit> finish_handshake(const postern::http::Request& request, std::string nonce);
  [[nodiscard]] Visit start_handshake(const postern::http::Request& request, std::string_view reason,
                                      std::string browser) const;
  [[nodiscard]] std::string own_url(const postern::http::Request& request) const;

  const Settings& settings_;
  postern::clerk::SessionTokenVerifier& verifier_;
  ClerkApi& clerk_;
  postern::Clock& clock_;
};

}  // namespace acme
