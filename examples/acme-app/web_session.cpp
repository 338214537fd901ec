#include "acme-app/web_session.hpp"

#include <utility>

#include "acme-app/layout.hpp"
#include "postern/http/cookie.hpp"

namespace acme {

using namespace postern;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view session_cookie = "__session";
constexpr std::string_view since_cookie = "__client_uat";  // when somebody signed in here, or 0
constexpr std::string_view browser_cookie = "__clerk_db_jwt";
constexpr std::string_view nonce_parameter = "__clerk_handshake_nonce";
// Ends a loop of redirects when the two clocks, or our keys and Clerk's, do not agree.
constexpr std::string_view count_cookie = "__clerk_redirect_count";
constexpr int redirects_max = 3;
constexpr auto fresh_for = 4s;

std::string cookie(const http::Request& request, std::string_view name) {
  return http::find_cookie(request.headers, name).value_or("");
}

std::string parameter(const http::Request& request, std::string_view name) {
  const auto query = uri::Form::parse(request.query());
  const std::string* value = query ? query->find_only(name) : nullptr;
  return value ? *value : "";
}

// The target without what Clerk added to it.
std::string clean_target(const http::Request& request) {
  std::string target{request.path()};
  char separator = '?';
  std::string_view query = request.query();
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? "" : query.substr(end + 1);
    if (pair.starts_with(nonce_parameter) || pair.starts_with(browser_cookie)) continue;
    target += std::exchange(separator, '&');
    target += pair;
  }
  return target;
}

http::Response temporary_redirect(std::string_view location) {
  http::Response response = http::Response::redirect(307, location);
  response.headers.set("Cache-Control", "no-store");
  return response;
}

http::Response trouble() {
  return page({.status = 503,
               .title = "Sign-in is not available",
               .body = "<h1>Sign-in is not available</h1><p>The sign-in service does not answer. Please try again in a "
                       "moment.</p>"});
}

std::string forget(std::string_view name, std::string value) {
  return http::serialize({.name = std::string(name), .value = std::move(value), .secure = false});
}

}  // namespace

std::string WebSessions::own_url(const http::Request& request) const {
  return settings_.app_url + clean_target(request);
}

Task<Visit> WebSessions::look(const http::Request& request) {
  if (auto nonce = parameter(request, nonce_parameter); !nonce.empty()) {
    co_return co_await finish_handshake(request, std::move(nonce));
  }
  if (auto browser = parameter(request, browser_cookie); !browser.empty()) {
    co_return start_handshake(request, "dev-browser-sync", std::move(browser));
  }
  const std::string since = cookie(request, since_cookie);
  if (since.empty() || since == "0") co_return SignedOut{};

  std::string token = cookie(request, session_cookie);
  const auto claims = co_await verifier_.verify(token);
  if (claims) {
    co_return SignedIn{.user_id = claims->user_id,
                       .session_id = claims->session_id,
                       .token = std::move(token),
                       .issued_at = claims->issued_at};
  }
  if (claims.error().kind == Error::Kind::unavailable) co_return trouble();
  if (claims.error().kind == Error::Kind::forbidden) co_return SignedOut{};  // signed in, but not finished with it
  co_return start_handshake(request, "session-token-expired", cookie(request, browser_cookie));
}

Task<Visit> WebSessions::require(const http::Request& request) {
  Visit visit = co_await look(request);
  if (!std::holds_alternative<SignedOut>(visit)) co_return visit;
  if (cookie(request, since_cookie).empty()) {  // never met: Clerk may know this browser from another app
    Visit asked = start_handshake(request, "dev-browser-missing", "");
    if (!std::holds_alternative<SignedOut>(asked)) co_return asked;
  }
  const uri::Form query{{"redirect_url", own_url(request)}};
  co_return temporary_redirect(settings_.sign_in_url() + "?" + query.serialize());
}

Task<Visit> WebSessions::require_fresh(const http::Request& request) {
  Visit visit = co_await require(request);
  const auto* user = std::get_if<SignedIn>(&visit);
  if (!user || user->issued_at + fresh_for >= clock_.now()) co_return visit;
  Visit asked = start_handshake(request, "session-token-expired", cookie(request, browser_cookie));
  if (std::holds_alternative<SignedOut>(asked)) co_return trouble();
  co_return asked;
}

// SignedOut, after too many redirects in a row.
Visit WebSessions::start_handshake(const http::Request& request, std::string_view reason, std::string browser) const {
  const std::string so_far = cookie(request, count_cookie);
  const int count = so_far.size() == 1 && so_far[0] >= '0' && so_far[0] <= '9' ? so_far[0] - '0' : 0;
  if (count >= redirects_max) return SignedOut{};
  uri::Form query{{"redirect_url", own_url(request)},
                  {"__clerk_api_version", "2026-05-12"},
                  {"suffixed_cookies", "false"},
                  {"__clerk_hs_reason", reason},
                  {"format", "nonce"}};
  if (!browser.empty()) query.add(browser_cookie, browser);
  http::Response response =
      temporary_redirect(settings_.publishable_key.fapi_url() + "/v1/client/handshake?" + query.serialize());
  response.headers.add(
      "Set-Cookie",
      http::serialize(
          {.name = std::string(count_cookie), .value = std::to_string(count + 1), .max_age = 2s, .secure = false}));
  return response;
}

Task<Visit> WebSessions::finish_handshake(const http::Request& request, std::string nonce) {
  const auto cookies = co_await clerk_.handshake_cookies(std::move(nonce));
  if (!cookies && cookies.error().kind != Error::Kind::not_found) co_return trouble();
  http::Response response = temporary_redirect(own_url(request));
  // A nonce that was used before, by a reload or the back button, changes nothing: the clean address goes on from
  // there.
  if (cookies) {
    for (const std::string& directive : *cookies) response.headers.add("Set-Cookie", directive);
  }
  co_return response;
}

Task<http::Response> WebSessions::sign_out(const http::Request& request) {
  const std::string* origin = request.headers.find_only("Origin");
  if (!origin || *origin != settings_.app_url)
    co_return http::Response::text(403, "This form belongs to another site.\n");
  const auto claims = co_await verifier_.verify(cookie(request, session_cookie));
  // The page was open for more than a minute: once more, with fresh cookies, as only they prove which session to end.
  if (!claims) co_return http::Response::redirect(303, "/sign-out");
  const auto revoked = co_await clerk_.revoke_session(claims->session_id);
  if (!revoked && revoked.error().kind != Error::Kind::not_found) co_return trouble();
  http::Response response = http::Response::redirect(303, "/");
  response.headers.add("Set-Cookie", forget(session_cookie, ""));
  response.headers.add("Set-Cookie", forget(since_cookie, "0"));
  co_return response;
}

}  // namespace acme
