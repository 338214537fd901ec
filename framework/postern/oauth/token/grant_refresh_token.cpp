#include <optional>
#include <utility>

#include "postern/base/limits.hpp"
#include "postern/oauth/authorize/checks.hpp"
#include "postern/oauth/token/token.hpp"

namespace postern::oauth {
namespace {

OAuthError invalid_refresh_token() {
  return {"invalid_grant", "The refresh token is not valid: it expired, was used or revoked. Sign in again."};
}

Task<Result<Granted, OAuthError>> end(Context& context, const Grant& grant, std::string reason) {
  CO_TRY(co_await context.grants.revoke(grant.id, std::move(reason)));
  co_return std::unexpected(invalid_refresh_token());
}

// The user as they are now, if their own sign-in still stands (clerk.md 6.2 row 10). While the provider cannot say, the
// refresh token stays good.
Task<Result<std::optional<SignedInUser>, OAuthError>> confirm(Context& context, const Grant& grant) {
  auto confirmed = co_await context.sign_in.confirm(grant.user);
  if (confirmed) co_return *std::move(confirmed);
  const Error::Kind kind = confirmed.error().kind;
  if (kind == Error::Kind::unauthorized || kind == Error::Kind::forbidden) co_return std::nullopt;
  co_return std::unexpected(OAuthError{confirmed.error()});
}

}  // namespace

// Rotation with a grace (threat 7): the token before the current one gets the same successor again for a few seconds,
// which is what an answer lost on the way and two processes with one token need. Anything older has been stolen from,
// or by, somebody.
Task<Result<Granted, OAuthError>> grant_refresh_token(Context& context, std::string client_id, const uri::Form& form) {
  const std::string* text = form.find_only("refresh_token");
  if (!text) co_return std::unexpected(OAuthError{"invalid_request", "refresh_token is missing."});
  CO_TRY(const auto resource, check_resource(context.settings, form));
  const auto token = RefreshToken::parse(context.ports.crypto, context.keys.refresh_token, *text);
  if (!token) co_return std::unexpected(invalid_refresh_token());

  std::optional<SignedInUser> user;
  if (!context.revoked.are_known()) {
    CO_TRY(co_await context.revoked.reread());
  }
  for (int attempt = 0; attempt < limits::store_attempts_max; ++attempt) {
    CO_TRY(const auto found, co_await context.grants.find(token->grant_id));
    if (!found || found->grant.resource != resource) co_return std::unexpected(invalid_refresh_token());
    // A crash between the two writes of a revocation has left its access tokens refused, and its grant as it was.
    if (context.revoked.contains(token->grant_id)) co_return co_await end(context, found->grant, "revoked before");
    const RefreshVerdict verdict = judge_refresh(found->grant, *token, client_id, context.ports.clock.now());
    if (verdict == RefreshVerdict::refuse) co_return std::unexpected(invalid_refresh_token());
    if (verdict == RefreshVerdict::reused) {
      context.ports.log.write(LogLevel::warning, "refresh_token.reused",
                              {{"grant", context.hash(token->grant_id)}, {"client", context.hash(client_id)}});
      co_return co_await end(context, found->grant, "refresh token reused");
    }
    CO_TRY(auto scopes, check_narrowed_scope(context.settings, found->grant, form));
    if (!user) {
      if (const Duration wait = context.take_turn(found->grant.user.user_id, client_id); wait > Duration{0})
        co_return std::unexpected(OAuthError::too_many_requests(wait));
      CO_TRY(user, co_await confirm(context, found->grant));
    }
    if (!user) co_return co_await end(context, found->grant, "sign-in has ended");
    CO_TRY(co_await context.clients.mark_used(client_id));
    Grant rotated = found->grant;
    rotated.user = *user;
    if (verdict == RefreshVerdict::repeat) co_return Granted{.grant = std::move(rotated), .scopes = std::move(scopes)};

    const TimePoint now = context.ports.clock.now();
    ++rotated.generation;
    rotated.rotated_at = now;
    CO_TRY(const bool won, co_await context.grants.replace(*found, rotated, now + limits::refresh_token_lifetime));
    if (won) co_return Granted{.grant = std::move(rotated), .scopes = std::move(scopes)};
  }
  co_return std::unexpected(OAuthError{Error{Error::Kind::unavailable, "Too many others use this refresh token."}});
}

}  // namespace postern::oauth
