#include <utility>

#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/consent/consent.hpp"

namespace postern::oauth {

SignInStart new_sign_in(const Context& context, const http::Request& request) {
  return {.state = random_token(context.ports.random), .browser = browser_secret(sign_in_cookie, context, request)};
}

http::Response send_to_sign_in(const Context& context, const http::Request& request, const SignInStart& start,
                               const PendingAuthorization& pending) {
  http::Response response =
      send_browser_to(request.method, context.sign_in.begin({.state = start.state,
                                                             .callback_url = context.settings.issuer + "/callback",
                                                             .client_name = pending.client_name}));
  response.headers.add("Set-Cookie", set_cookie(sign_in_cookie, context.settings, start.browser));
  return response;
}

Task<Result<http::Response>> begin_sign_in(Context& context, const http::Request& request, SignInStart start,
                                           PendingAuthorization pending) {
  pending.browser_hash = browser_hash(context.ports.crypto, start.browser);
  pending.started_at = context.ports.clock.now();
  CO_TRY(co_await context.ports.store.put("sign_in/" + start.state, pending.to_record(),
                                          pending.started_at + limits::sign_in_lifetime));
  co_return send_to_sign_in(context, request, start, pending);
}

}  // namespace postern::oauth
