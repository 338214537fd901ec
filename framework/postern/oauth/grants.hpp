// The grants in the Store: made, found, changed by compare-and-set, revoked, one by one or all that rest on something.
//
// To be found by what they rest on, they are listed under user/<account>/<grant id> and organization/<organization
// id>/<grant id>: before the grant itself is written, and for longer than it lives. So a crash leaves an entry too
// many, which leads to nothing, and never one too few.
//
//   CO_TRY(auto found, co_await grants.find(code.grant_id));
//   CO_TRY(bool won, co_await grants.replace(*found, changed, now + limits::refresh_token_lifetime));
//   CO_TRY(co_await grants.revoke(grant_id, "code replayed"));
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/oauth/ended_access.hpp"
#include "postern/oauth/grant.hpp"
#include "postern/oauth/revoked_grants.hpp"
#include "postern/ports/ports.hpp"

namespace postern::oauth {

class Grants {
 public:
  struct Found {
    Grant grant;
    Store::Entry entry;
  };

  // `revoked` must outlive it.
  Grants(const Ports& ports, RevokedGrants& revoked) : ports_(ports), revoked_(revoked) {}

  // Fills in the id and the code's hash. The code is the only place where its secret is.
  Task<Result<AuthorizationCode>> issue_code(Grant grant);
  Task<Result<std::optional<Found>>> find(std::string grant_id);
  // The active ones, the last used first.
  Task<Result<std::vector<Grant>>> find_by_user(std::string user_id);
  // False, and nothing changed, if somebody was faster: find it again and judge anew.
  Task<Result<bool>> replace(const Found& found, Grant changed, TimePoint expires_at);
  // Ends it and every token of it, on every loop; and its user will be asked before this client has another.
  // `reason` goes to the log. Nothing to do for one that is unknown.
  // When this returns an error, its access tokens are refused by the loops that run, and the rest may or may not have
  // happened. Whoever awaits it may be ended by it, when all is done.
  Task<Result<void>> revoke(std::string grant_id, std::string reason);
  // All of them that rest on what has ended. After an error some may be revoked: do it again.
  Task<Result<void>> revoke_all(EndedAccess ended, std::string reason);
  // What this user may do in this organization has changed: the tokens say what was.
  Task<Result<void>> outdate_tokens(std::string user_id, std::string organization_id);

 private:
  // All of revoke() that is written. Whether there is such a grant.
  Task<Result<bool>> end(std::string grant_id, std::string reason);
  Task<Result<void>> index(Grant grant);
  Task<Result<void>> remove_from_index(Grant grant);

  Ports ports_;
  RevokedGrants& revoked_;
};

}  // namespace postern::oauth
