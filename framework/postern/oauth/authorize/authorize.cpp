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

PendingAuthorization to_pending(AuthorizationRequest request) {
  PendingAuthorization pending;
  pending.client_id = request.client.id();
  pending.client_name = request.client.display_name();
  pending.redirect_uri = std::move(request.callback.redirect_uri);
  pending.state = std::move(request.callback.state);
  pending.code_challenge = std::move(request.code_challenge);
  pending.resource = std::move(request.resource);
  pending.scopes = std::move(request.scopes);
  return pending;
}

}  // namespace

Task<http::Response> authorize(Context& context, const http::Request& request) {
  auto checked = co_await check_authorization_request(context, request.query());
  if (!checked) co_return refuse(context, request, checked.error());
  const bool has_prompt = checked->has_prompt;
  PendingAuthorization pending = to_pending(*std::move(checked));
  auto consent = has_prompt ? std::nullopt : find_consent(context, request, pending);
  // Who cannot be found is asked.
  if (consent && (co_await is_remembered(context.ports, *std::move(consent))).value_or(false)) {
    context.ports.log.write(LogLevel::info, "consent.remembered",
                            {{"request", request.id}, {"client", context.hash(pending.client_id)}});
    pending.approval = Approval::remembered;
    const ClientCallback callback{.redirect_uri = pending.redirect_uri, .state = pending.state};
    auto begun = co_await begin_sign_in(context, request, new_sign_in(context, request), std::move(pending));
    co_return begun ? *std::move(begun) : send_error(context.settings, request.method, callback, begun.error());
  }
  co_return co_await ask_for_consent(context, request, std::move(pending));
}

}  // namespace postern::oauth
