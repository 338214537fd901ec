#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "postern/base/limits.hpp"
#include "postern/json/value.hpp"
#include "postern/oauth/scope_hierarchy.hpp"
#include "postern/oauth/scope_text.hpp"
#include "postern/oauth/token/token.hpp"

namespace postern::oauth {
namespace {

enum class GrantType { authorization_code, refresh_token };

Result<GrantType, OAuthError> check_grant_type(const uri::Form& form) {
  const std::string* grant_type = form.find_only("grant_type");
  if (!grant_type) return std::unexpected(OAuthError{"invalid_request", "grant_type is missing."});
  if (*grant_type == "authorization_code") return GrantType::authorization_code;
  if (*grant_type == "refresh_token") return GrantType::refresh_token;
  return std::unexpected(OAuthError{"unsupported_grant_type", "There are authorization_code and refresh_token here."});
}

// RFC 6749 sec. 5.1.
Result<std::string, OAuthError> token_response(Context& context, const Granted& granted) {
  const Grant& grant = granted.grant;
  std::vector<std::string> permissions;
  std::ranges::copy_if(grant.user.permissions, std::back_inserter(permissions), [&](const std::string& permission) {
    return std::ranges::contains(context.settings.permissions, permission);
  });
  const auto access_token =
      context.access_tokens.seal({.user_id = grant.user.user_id,
                                  .actor = grant.user.actor,
                                  .session_id = grant.user.session_id,
                                  .organization_id = grant.user.organization_id,
                                  .role = grant.user.role,
                                  .permissions = std::move(permissions),
                                  .features = grant.user.features,
                                  .plans = grant.user.plans,
                                  .client_id = grant.client_id,
                                  .grant_id = grant.id,
                                  .scopes = with_included(context.settings.scopes, granted.scopes),
                                  .authorized_until = context.ports.clock.now() + limits::access_token_lifetime});
  if (!access_token) {
    context.ports.log.write(LogLevel::error, "token.too_long", {{"reason", access_token.error().message}});
    return std::unexpected(OAuthError{"server_error", "The server is not set up to issue this token.", 500});
  }
  const RefreshToken refresh_token{.grant_id = grant.id, .generation = grant.generation};
  return json::serialize(
      json::Object{{"access_token", *access_token},
                   {"token_type", "Bearer"},
                   {"expires_in", std::chrono::seconds{limits::access_token_lifetime}.count()},
                   {"refresh_token", refresh_token.text(context.ports.crypto, context.keys.refresh_token.current)},
                   {"scope", scope_text(granted.scopes)}});
}

Task<Result<http::Response, OAuthError>> answer(Context& context, const http::Request& request) {
  CO_TRY(const auto form, check_token_form(request));
  CO_TRY(const GrantType type, check_grant_type(form));
  CO_TRY(const auto client_id, co_await check_client_authentication(context, request, form));
  CO_TRY(const auto granted,
         co_await (type == GrantType::authorization_code ? grant_authorization_code(context, client_id, form)
                                                         : grant_refresh_token(context, client_id, form)));
  context.ports.log.write(LogLevel::info, granted.grant.generation == 1 ? "token.issued" : "token.refreshed",
                          {{"request", request.id},
                           {"grant", context.hash(granted.grant.id)},
                           {"client", context.hash(client_id)},
                           {"generation", granted.grant.generation}});
  CO_TRY(auto body, token_response(context, granted));
  co_return unstored_json(200, std::move(body));
}

}  // namespace

Task<http::Response> token(Context& context, const http::Request& request) {
  auto response = co_await answer(context, request);
  if (response) co_return *std::move(response);
  context.ports.log.write(LogLevel::info, "token.refused", {{"request", request.id}, {"error", response.error().code}});
  co_return to_response(response.error());
}

}  // namespace postern::oauth
