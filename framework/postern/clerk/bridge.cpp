#include "postern/clerk/bridge.hpp"

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"

namespace postern::clerk {
namespace {

std::unexpected<Error> sign_in_ended() { return fail(Error::Kind::unauthorized, "The sign-in has ended."); }

// A bad secret key is no reason to end anybody's sign-in: it is ours to mend, so the question stays open.
std::unexpected<Error> explain(const BackendError& error) {
  if (error.kind == BackendError::Kind::not_found) return sign_in_ended();
  return fail(Error::Kind::unavailable, "The sign-in cannot be checked now. Try again in a moment.");
}

std::string full_name(const User& user) {
  return concat(user.first_name, user.first_name.empty() || user.last_name.empty() ? "" : " ", user.last_name);
}

}  // namespace

std::string BridgeSignIn::begin(const oauth::SignInRequest& request) {
  uri::Form query{{"state", request.state}, {"callback_url", request.callback_url}};
  if (!request.client_name.empty()) query.add("client_name", request.client_name);
  return concat(settings_.app.origin(), settings_.sign_in_path, "?", query.serialize());
}

Task<Result<oauth::SignedInUser>> BridgeSignIn::complete(const oauth::SignInReturn& returned) {
  if (returned.transport == oauth::CallbackTransport::query && settings_.query_token == QueryToken::refuse)
    co_return refuse("token_in_query");
  const std::string* token = returned.parameters.find_only("clerk_token");
  if (token == nullptr) co_return refuse("no_token");
  CO_TRY(auto claims, co_await verifier_.verify(*token));
  if (claims.issued_at < returned.started_at - limits::clock_skew) co_return refuse("older_than_the_flow");
  CO_TRY(co_await use(*token, claims.expires_at, returned.browser));
  co_return co_await ask_clerk(std::move(claims));
}

Task<Result<oauth::SignedInUser>> BridgeSignIn::recognize(std::string session_token) {
  CO_TRY(auto claims, co_await verifier_.verify(std::move(session_token)));
  co_return co_await ask_clerk(std::move(claims));
}

// Clerk has the last word on whom a good token names.
Task<Result<oauth::SignedInUser>> BridgeSignIn::ask_clerk(SessionClaims claims) {
  if (claims.actor) co_return fail(Error::Kind::forbidden, "Who acts for somebody else decides about no assistant.");
  CO_TRY(co_await check_session(claims.session_id, claims.user_id));
  CO_TRY(const User user, co_await find_user(claims.user_id));
  if (user.banned || user.locked) co_return fail(Error::Kind::forbidden, "This account is blocked.");
  co_return co_await with_membership({.user_id = std::move(claims.user_id),
                                      .session_id = std::move(claims.session_id),
                                      .organization_id = claims.organization ? claims.organization->id : "",
                                      .organization_name = claims.organization ? claims.organization->slug : "",
                                      .name = full_name(user)});
}

// A lock is short, and strangers can bring it about by guessing passwords: it ends nothing. A ban does.
Task<Result<oauth::SignedInUser>> BridgeSignIn::confirm(const oauth::SignedInUser& user) {
  const std::string user_id = user.user_id;
  CO_TRY(co_await check_session(user.session_id, user_id));
  CO_TRY(const User found, co_await find_user(user_id));
  if (found.banned) co_return sign_in_ended();
  co_return co_await with_membership(user);
}

// Who has left the organization has lost what this sign-in was for.
Task<Result<oauth::SignedInUser>> BridgeSignIn::with_membership(oauth::SignedInUser user) {
  if (user.organization_id.empty()) co_return user;
  auto membership = co_await backend_.get_membership(user.organization_id, user.user_id);
  if (!membership) co_return explain(membership.error());
  user.role = std::move(membership->role);
  user.permissions = std::move(membership->permissions);
  co_return user;
}

// Two browsers with one token may race: create() has one winner. The record outlives the token by the skew that the
// verifier allows it.
Task<Result<void>> BridgeSignIn::use(std::string token, TimePoint expires_at, std::string browser) {
  const std::string key = "bridge_token/" + hex_encode(ports_.crypto.sha256(token));
  CO_TRY(const bool is_first, co_await ports_.store.create(key, browser, expires_at + limits::clock_skew));
  if (is_first) co_return Result<void>{};
  CO_TRY(const auto used_by, co_await ports_.store.get(key));
  if (!used_by || !constant_time_equal(used_by->value, browser)) co_return refuse("used_by_another_browser");
  co_return Result<void>{};
}

Task<Result<void>> BridgeSignIn::check_session(std::string session_id, std::string user_id) {
  const auto session = co_await backend_.get_session(std::move(session_id));
  if (!session) co_return explain(session.error());
  if (session->is_active() && session->user_id == user_id) co_return Result<void>{};
  ports_.log.write(LogLevel::info, "bridge.session_not_active", {{"status", session->status}});
  co_return sign_in_ended();
}

Task<Result<User>> BridgeSignIn::find_user(std::string user_id) {
  auto user = co_await backend_.get_user(std::move(user_id));
  if (!user) co_return explain(user.error());
  co_return *std::move(user);
}

std::unexpected<Error> BridgeSignIn::refuse(std::string_view reason) const {
  ports_.log.write(LogLevel::info, "bridge.refused", {{"reason", reason}});
  return fail(Error::Kind::unauthorized, "The sign-in could not be verified. Start again from your assistant.");
}

}  // namespace postern::clerk
