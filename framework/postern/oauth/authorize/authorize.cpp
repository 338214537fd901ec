#include "postern/oauth/authorize/authorize.hpp"

#include <utility>

#include "postern/oauth/authorize/pipeline.hpp"
#include "postern/oauth/consent/consent.hpp"

namespace postern::oauth {
namespace {

http::Response refuse(const Context& context, const http::Request& request, const AuthorizationRefusal& refusal) {
  context.ports.log.write(LogLevel::info, "authorization.refused",
                          {{"request", request.id},
                           {"error", refusal.error.code},
                           {"reason", refusal.error.description},
                           {"told", refusal.callback ? "client" : "person"}});
  if (refusal.callback) return send_error(context.settings, request.method, *refusal.callback, refusal.error);
  if (refusal.error.status == 503) return context.pages.unavailable();
  return context.pages.problem(400, "This connection cannot be made",
                               refusal.error.description +
                                   " Nothing was shared. Remove the connection in your assistant, add it again, and "
                                   "start from there.");
}

}  // namespace

Task<http::Response> authorize(Context& context, const http::Request& request) {
  auto checked = co_await check_authorization_request(context, request.query());
  if (!checked) co_return refuse(context, request, checked.error());
  co_return co_await ask_for_consent(context, request, *std::move(checked));
}

}  // namespace postern::oauth
