// The authorization server for MCP clients: OAuth 2.1 as the MCP authorization specification of 2026-07-28 has it, and
// what its predecessors need (RFC 6749, 7009, 7591, 7636, 8414, 8707, 9207, 9728).
//
//   AuthorizationServer oauth{settings, ports, sign_in};
//   oauth.add_routes(router);
//   auto caller = oauth.authenticate(request);          // no I/O, no lock
//   if (!caller) co_return oauth.challenge(caller.error());
//   if (!oauth.knows_revocations()) ...                 // reread them, and authenticate again
//
// One per event loop; the loops share the Store and hear of each other's revocations over the Bus. `ports`, `sign_in`,
// `recent_calls` and `throttle`, which may be null, must outlive it, and it must outlive the router. What it stores:
// docs/storage-schema.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/http/router.hpp"
#include "postern/oauth/bearer.hpp"
#include "postern/oauth/ended_access.hpp"
#include "postern/oauth/recent_calls.hpp"
#include "postern/oauth/settings.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/oauth/throttle.hpp"
#include "postern/ports/ports.hpp"

namespace postern::oauth {

struct Context;

class AuthorizationServer {
 public:
  AuthorizationServer(Settings settings, const Ports& ports, SignIn& sign_in, RecentCalls* recent_calls = nullptr,
                      Throttle* throttle = nullptr);
  AuthorizationServer(const AuthorizationServer&) = delete;
  AuthorizationServer& operator=(const AuthorizationServer&) = delete;
  ~AuthorizationServer();

  // Where another server issues the tokens, only the metadata of the resource, which names it.
  void add_routes(http::Router& router);

  // RevokedGrants::are_known and reread.
  [[nodiscard]] bool knows_revocations() const;
  Task<Result<void>> reread_revocations();

  [[nodiscard]] Result<Caller, BearerError> authenticate(const http::Request& request) const;
  // The answer for a request that is not authenticated: 401, or 400 for one that is malformed.
  // Both challenges point to the metadata of the resource as the request's `path` has it.
  [[nodiscard]] http::Response challenge(const BearerError& error, std::string_view path = {}) const;
  // 403 that names every scope that the next token should have (MCP, scope challenge handling).
  [[nodiscard]] http::Response insufficient_scope(const std::vector<std::string>& held,
                                                  const std::vector<std::string>& needed,
                                                  std::string_view path = {}) const;

  // Waits until the token that says so is of a revoked grant, or outdated: by what happens here or elsewhere.
  Task<void> until_refused(Caller caller);

  // For when a user's sign-in turns out to be over. `reason` goes to the log.
  Task<Result<void>> revoke_grant(std::string grant_id, std::string reason);
  // For when something ends that grants rest on.
  Task<Result<void>> revoke_grants(EndedAccess ended, std::string reason);
  // For when a user's rights in an organization change: clients refresh at once, and have the new ones.
  Task<Result<void>> outdate_tokens(std::string user_id, std::string organization_id);

 private:
  std::unique_ptr<Context> context_;
};

}  // namespace postern::oauth
