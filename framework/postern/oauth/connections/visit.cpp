#include <utility>

#include "postern/base/limits.hpp"
#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/connections/connections.hpp"
#include "postern/oauth/connections/own_session.hpp"
#include "postern/oauth/consent/consent.hpp"
#include "postern/oauth/pending_authorization.hpp"

namespace postern::oauth {

Task<http::Response> send_visitor_to_sign_in(Context& context, const http::Request& request) {
  const Ports& ports = context.ports;
  const Secret browser = browser_secret(sign_in_cookie, context, request);
  const std::string state = random_token(ports.random);
  PendingAuthorization visit;
  visit.browser_hash = browser_hash(ports.crypto, browser);
  visit.started_at = ports.clock.now();
  const auto kept =
      co_await ports.store.put("sign_in/" + state, visit.to_record(), visit.started_at + limits::sign_in_lifetime);
  if (!kept) co_return context.pages.unavailable();
  http::Response response = send_browser_to(
      request.method, context.sign_in.begin(
                          {.state = state, .callback_url = context.settings.issuer + "/callback", .client_name = {}}));
  response.headers.add("Set-Cookie", set_cookie(sign_in_cookie, context.settings, browser));
  co_return response;
}

http::Response welcome_visitor(const Context& context, const http::Request& request, const SignedInUser& user) {
  context.ports.log.write(LogLevel::info, "visit.begun",
                          {{"request", request.id}, {"user", context.hash(user.user_id)}});
  http::Response response = send_browser_to(request.method, context.settings.issuer + "/connections");
  response.headers.add("Set-Cookie", open_own_session(context, user));
  return response;
}

}  // namespace postern::oauth
