#include "postern/oauth/revoke/revoke.hpp"

#include <optional>
#include <string>
#include <utility>

#include "postern/oauth/oauth_error.hpp"
#include "postern/oauth/token/token.hpp"

namespace postern::oauth {
namespace {

// `token_type_hint` only says where to look first (sec. 2.1); ours are told apart at a glance.
std::optional<std::string> grant_of(Context& context, std::string_view token) {
  if (auto refresh_token = RefreshToken::parse(context.ports.crypto, context.keys.refresh_token, token))
    return std::move(refresh_token->grant_id);
  if (const Caller caller = context.access_tokens.open(token)) return caller->grant_id;
  return std::nullopt;
}

Task<Result<void, OAuthError>> revoke_if_owned(Context& context, std::string client_id, std::string grant_id) {
  CO_TRY(const auto found, co_await context.grants.find(grant_id));
  if (!found || found->grant.client_id != client_id) co_return Result<void, OAuthError>{};
  CO_TRY(co_await context.grants.revoke(std::move(grant_id), "revoked by the client"));
  co_return Result<void, OAuthError>{};
}

Task<Result<http::Response, OAuthError>> answer(Context& context, const http::Request& request) {
  CO_TRY(const auto form, check_token_form(request));
  CO_TRY(auto client_id, co_await check_client_authentication(context, request, form));
  const std::string* token = form.find_only("token");
  if (!token) co_return std::unexpected(OAuthError{"invalid_request", "token is missing."});
  if (auto grant_id = grant_of(context, *token)) {
    CO_TRY(co_await revoke_if_owned(context, std::move(client_id), *std::move(grant_id)));
  }
  http::Response response = http::Response::empty(200);
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

}  // namespace

Task<http::Response> revoke(Context& context, const http::Request& request) {
  auto response = co_await answer(context, request);
  co_return response ? *std::move(response) : to_response(response.error());
}

}  // namespace postern::oauth
