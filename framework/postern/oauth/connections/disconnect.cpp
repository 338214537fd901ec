#include <utility>

#include "postern/base/limits.hpp"
#include "postern/http/media_type.hpp"
#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/connections/connections.hpp"
#include "postern/oauth/connections/own_session.hpp"
#include "postern/oauth/consent/consent.hpp"
#include "postern/oauth/credentials.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view reason = "disconnected by the user";

http::Response refuse(const Context& context) {
  return context.pages.problem(400, "This page is too old", "Open the list of your assistants again.");
}

}  // namespace

Task<Result<bool>> disconnect_one(Context& context, std::string user_id, std::string grant_id) {
  if (!is_base64url_of(16, grant_id)) co_return false;
  CO_TRY(const auto found, co_await context.grants.find(grant_id));
  if (!found || found->grant.user.user_id != user_id || found->grant.state != GrantState::active) co_return false;
  CO_TRY(co_await context.grants.revoke(std::move(grant_id), std::string{reason}));
  co_return true;
}

Task<Result<void>> disconnect_all(Context& context, std::string user_id) {
  EndedAccess all;
  all.user_id = std::move(user_id);
  all.ended_at = context.ports.clock.now();
  co_return co_await context.grants.revoke_all(std::move(all), std::string{reason});
}

Task<http::Response> disconnect(Context& context, const http::Request& request) {
  if (!is_same_origin(context.settings, request) || request.body.size() > limits::oauth_body_bytes_max ||
      !http::has_content_type(request.headers, "application/x-www-form-urlencoded"))
    co_return refuse(context);
  const auto session = find_own_session(context, request);
  const auto form = uri::Form::parse(request.body);
  const std::string* connection = form ? form->find_only("connection") : nullptr;
  if (!session || !connection || !has_form_token(*session, *form)) co_return refuse(context);
  const std::string user_id = session->user.user_id;
  if (*connection == "all") {
    if (!co_await disconnect_all(context, user_id)) co_return context.pages.unavailable();
  } else if (!co_await disconnect_one(context, user_id, *connection)) {
    co_return context.pages.unavailable();
  }
  co_return send_browser_to(request.method, context.settings.issuer + "/connections");
}

}  // namespace postern::oauth
