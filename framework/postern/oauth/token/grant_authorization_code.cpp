#include <utility>

#include "postern/base/limits.hpp"
#include "postern/oauth/authorize/checks.hpp"
#include "postern/oauth/token/token.hpp"

namespace postern::oauth {
namespace {

OAuthError invalid_code() {
  return {"invalid_grant", "The code is not valid: it expired, was used, or is for another client or redirect_uri."};
}

// `code` was used before: whoever has the tokens of the first use may not be who they should be (threat 6).
Task<Result<Granted, OAuthError>> punish_replay(Context& context, const Grant& grant) {
  context.ports.log.write(LogLevel::warning, "code.replayed",
                          {{"grant", context.hash(grant.id)}, {"client", context.hash(grant.client_id)}});
  CO_TRY(co_await context.grants.revoke(grant.id, "code replayed"));
  co_return std::unexpected(invalid_code());
}

}  // namespace

// A request that does not fit (wrong verifier, wrong redirect_uri, another client) leaves the code as it is: its
// rightful owner can still use it (threat 4).
Task<Result<Granted, OAuthError>> grant_authorization_code(Context& context, std::string client_id,
                                                           const uri::Form& form) {
  const std::string* text = form.find_only("code");
  const std::string* redirect_uri = form.find_only("redirect_uri");
  const std::string* verifier = form.find_only("code_verifier");
  if (!text || !redirect_uri || !verifier)
    co_return std::unexpected(OAuthError{"invalid_request", "code, redirect_uri and code_verifier are all needed."});
  CO_TRY(const auto resource, check_resource(context.settings, form));
  const auto code = AuthorizationCode::parse(*text);
  if (!code) co_return std::unexpected(invalid_code());
  const CodePresented presented{
      .code = *code, .client_id = client_id, .redirect_uri = *redirect_uri, .code_verifier = *verifier};

  for (int attempt = 0; attempt < limits::store_attempts_max; ++attempt) {
    CO_TRY(const auto found, co_await context.grants.find(code->grant_id));
    if (!found || found->grant.resource != resource) co_return std::unexpected(invalid_code());
    switch (judge_code(context.ports.crypto, found->grant, presented)) {
      case CodeVerdict::refuse:
        co_return std::unexpected(invalid_code());
      case CodeVerdict::replayed:
        co_return co_await punish_replay(context, found->grant);
      case CodeVerdict::redeem:
        break;
    }
    const Duration wait = attempt == 0 ? context.take_turn(found->grant.user.user_id, client_id) : Duration{0};
    if (wait > Duration{0}) co_return std::unexpected(OAuthError::too_many_requests(wait));
    CO_TRY(co_await context.clients.mark_used(client_id));
    const TimePoint now = context.ports.clock.now();
    Grant active = found->grant;
    active.state = GrantState::active;
    active.generation = 1;
    active.rotated_at = now;
    CO_TRY(const bool won, co_await context.grants.replace(*found, active, now + limits::refresh_token_lifetime));
    if (won) co_return Granted{.grant = active, .scopes = active.scopes};
  }
  co_return std::unexpected(OAuthError{Error{Error::Kind::unavailable, "Too many others use this code."}});
}

}  // namespace postern::oauth
