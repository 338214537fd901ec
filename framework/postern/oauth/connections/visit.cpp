#include <utility>

#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/connections/connections.hpp"
#include "postern/oauth/connections/own_session.hpp"
#include "postern/oauth/consent/consent.hpp"

namespace postern::oauth {

Task<http::Response> send_visitor_to_sign_in(Context& context, const http::Request& request) {
  auto begun = co_await begin_sign_in(context, request, new_sign_in(context, request), {});
  co_return begun ? *std::move(begun) : context.pages.unavailable();
}

http::Response welcome_visitor(const Context& context, const http::Request& request, const SignedInUser& user) {
  context.ports.log.write(LogLevel::info, "visit.begun",
                          {{"request", request.id}, {"user", context.hash(user.user_id)}});
  http::Response response = send_browser_to(request.method, context.settings.issuer + "/connections");
  response.headers.add("Set-Cookie", open_own_session(context, user));
  return response;
}

}  // namespace postern::oauth
