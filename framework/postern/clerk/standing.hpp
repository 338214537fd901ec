// Clerk's last word on a sign-in, however it was made: whether its session stands, whether its user may come in, and
// what they may do in their organization. Every question goes to the Backend API; nothing is remembered.
//
//   CO_TRY(auto session, co_await standing.find_session(claims.session_id, claims.user_id));
//   co_return co_await standing.admit({.user_id = ..., .session_id = ..., .organization_id = ...});
//   ...
//   co_return co_await standing.confirm(user);        // at each refresh
//
// Errors: unauthorized (there is no such sign-in any more), forbidden (a user who is blocked), unavailable (Clerk
// cannot be asked, or does not take our key: the question stays open). What is referred to outlives it.
#pragma once

#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/backend.hpp"
#include "postern/clerk/entitlements.hpp"
#include "postern/clerk/session_claims.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

class Standing {
 public:
  // Without `entitlements` nobody has a feature or a plan.
  Standing(Backend& backend, Ports& ports, Entitlements* entitlements = nullptr)
      : backend_(backend), ports_(ports), entitlements_(entitlements) {}

  // The session, if it is active and this user's.
  Task<Result<Session>> find_session(std::string session_id, std::string user_id);
  // That of the user's active sessions which was used last, by themselves or by this actor.
  Task<Result<Session>> find_latest_session(std::string user_id, std::string actor);

  // Whom a session token names that has been verified: of the app's own pages, or brought by a sign-in there.
  Task<Result<oauth::SignedInUser>> recognize(SessionClaims claims);
  // A user who comes in now, with a session that was found above.
  Task<Result<oauth::SignedInUser>> admit(oauth::SignedInUser user);
  // What they are a member of. None if Clerk cannot say now: it is tried once, for somebody waits.
  Task<std::vector<oauth::Organization>> find_organizations(std::string user_id);
  // The same user later on, in whatever organization they have chosen. A lock is short, and strangers can bring it
  // about by guessing passwords: it ends nothing. A ban does.
  Task<Result<oauth::SignedInUser>> confirm(oauth::SignedInUser user);

 private:
  Task<Result<User>> find_user(std::string user_id);
  Task<Result<oauth::SignedInUser>> with_rights(oauth::SignedInUser user);
  Task<Result<oauth::SignedInUser>> with_membership(oauth::SignedInUser user);

  Backend& backend_;
  Ports& ports_;
  Entitlements* entitlements_;
};

}  // namespace postern::clerk
