#include "postern/clerk/standing.hpp"

#include <utility>
#include <vector>

#include "postern/base/concat.hpp"

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

Task<Result<Session>> Standing::find_session(std::string session_id, std::string user_id) {
  auto session = co_await backend_.get_session(std::move(session_id));
  if (!session) co_return explain(session.error());
  if (session->is_active() && session->user_id == user_id) co_return *std::move(session);
  ports_.log.write(LogLevel::info, "clerk.session_not_active", {{"status", session->status}});
  co_return sign_in_ended();
}

Task<Result<Session>> Standing::find_latest_session(std::string user_id, std::string actor) {
  auto sessions = co_await backend_.list_active_sessions(user_id);
  if (!sessions) co_return explain(sessions.error());
  Session* latest = nullptr;
  for (Session& each : *sessions) {
    if (!each.is_active() || each.user_id != user_id || each.actor != actor) continue;
    if (latest == nullptr || each.last_active_at > latest->last_active_at) latest = &each;
  }
  if (latest != nullptr) co_return std::move(*latest);
  ports_.log.write(LogLevel::info, "clerk.no_active_session", {{"sessions", sessions->size()}});
  co_return sign_in_ended();
}

Task<Result<oauth::SignedInUser>> Standing::recognize(SessionClaims claims) {
  CO_TRY(auto session, co_await find_session(claims.session_id, claims.user_id));
  co_return co_await admit({.user_id = std::move(claims.user_id),
                            .actor = std::move(claims.actor.empty() ? session.actor : claims.actor),
                            .session_id = std::move(claims.session_id),
                            .organization_id = claims.organization ? claims.organization->id : "",
                            .organization_name = claims.organization ? claims.organization->slug : ""});
}

Task<Result<oauth::SignedInUser>> Standing::admit(oauth::SignedInUser user) {
  CO_TRY(const User found, co_await find_user(user.user_id));
  if (found.banned || found.locked) co_return fail(Error::Kind::forbidden, "This account is blocked.");
  user.name = full_name(found);
  co_return co_await with_rights(std::move(user));
}

Task<std::vector<oauth::Organization>> Standing::find_organizations(std::string user_id) {
  co_return (co_await backend_.list_organizations(std::move(user_id))).value_or(std::vector<oauth::Organization>{});
}

Task<Result<oauth::SignedInUser>> Standing::confirm(oauth::SignedInUser user) {
  CO_TRY(co_await find_session(user.session_id, user.user_id));
  CO_TRY(const User found, co_await find_user(user.user_id));
  if (found.banned) co_return sign_in_ended();
  co_return co_await with_rights(std::move(user));
}

Task<Result<oauth::SignedInUser>> Standing::with_rights(oauth::SignedInUser user) {
  CO_TRY(user, co_await with_membership(std::move(user)));
  if (entitlements_ == nullptr) co_return user;
  co_return co_await entitlements_->add_to(std::move(user));
}

// Who has left the organization has lost what this sign-in was for.
Task<Result<oauth::SignedInUser>> Standing::with_membership(oauth::SignedInUser user) {
  if (user.organization_id.empty()) co_return user;
  auto membership = co_await backend_.get_membership(user.organization_id, user.user_id);
  if (!membership) co_return explain(membership.error());
  if (user.organization_name.empty()) user.organization_name = std::move(membership->organization_name);
  user.role = std::move(membership->role);
  user.permissions = std::move(membership->permissions);
  co_return user;
}

Task<Result<User>> Standing::find_user(std::string user_id) {
  auto user = co_await backend_.get_user(std::move(user_id));
  if (!user) co_return explain(user.error());
  co_return *std::move(user);
}

}  // namespace postern::clerk
