// The whole server as one function from a request to a response, the same on every host.
//
//   server::Server server{app, settings, ports};           // one per event loop
//   http::Response response = co_await server.handle(std::move(request));
//
// In order: Host and Origin (gate.hpp), CORS, how often (rate_limits.hpp), then the routes: those of the authorization
// server, and /mcp, where the bearer token is checked before anything else is read. Every answer gets its headers and
// its log line here, in one place each.
//
// `app`, `settings` and what `ports` refers to outlive the server, which outlives its requests and their streams.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "postern/audit/audit_log.hpp"
#include "postern/audit/recent_calls.hpp"
#include "postern/clerk/app_api.hpp"
#include "postern/clerk/backend.hpp"
#include "postern/clerk/backend_api.hpp"
#include "postern/clerk/clerk_tokens.hpp"
#include "postern/clerk/entitlements.hpp"
#include "postern/clerk/instance_jwt.hpp"
#include "postern/clerk/key_set.hpp"
#include "postern/clerk/session_token.hpp"
#include "postern/clerk/standing.hpp"
#include "postern/clerk/token_minter.hpp"
#include "postern/clerk/webhooks.hpp"
#include "postern/http/message.hpp"
#include "postern/http/router.hpp"
#include "postern/mcp/app.hpp"
#include "postern/mcp/endpoint.hpp"
#include "postern/oauth/authorization_server.hpp"
#include "postern/oauth/pages/pages.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/ports/circuit_breaker.hpp"
#include "postern/ports/ports.hpp"
#include "postern/server/gate.hpp"
#include "postern/server/rate_limits.hpp"
#include "postern/server/session_watch.hpp"
#include "postern/server/settings.hpp"

namespace postern::server {

class Server : public http::Handler {
 public:
  Server(const mcp::App& app, const Settings& settings, const Ports& ports);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Task<http::Response> handle(http::Request request) override;

  // For a host that knows its one client otherwise than by an access token (stdio). `caller` lives until the response's
  // stream is gone. 401 if the request needs somebody who is signed in, and nobody is.
  Task<http::Response> handle_as(http::Request& request, const Caller& caller);
  // Who is signed in to that Clerk session, in the organization that is active in it, with all of the app's scopes.
  // Errors: unauthorized (the session is over, its user is banned, or has left the organization), unavailable (Clerk
  // cannot be asked).
  Task<Result<Caller>> find_caller(std::string session_id);

  // What must be done now and then, with or without requests: learns what other instances have revoked. The host awaits
  // it every limits::revocations_reread_after; a request that finds this neglected waits for it.
  Task<void> housekeep();

  // What is logged of calls and not written yet (audit/audit_log.hpp). The host awaits one of them now and then: the
  // first every limits::audit_written_after and when it stops, or the second after each response.
  Task<void> write_audit_log();
  Task<void> write_audit_log_soon();

 private:
  [[nodiscard]] std::unique_ptr<oauth::SignIn> make_sign_in();
  void add_routes();
  Task<http::Response> answer(http::Request& request);
  Task<http::Response> call_mcp(http::Request& request);
  // Who brings a token that is not ours. The error is the answer.
  Task<Result<Caller, http::Response>> authenticate_at_clerk(const http::Request& request);
  [[nodiscard]] Task<mcp::Endpoint::Answer> answer_mcp(http::Request& request, const Caller& caller);
  // Waits until what the caller brought is good no more.
  [[nodiscard]] Task<void> until_revoked(const http::Request& request, const Caller& caller);
  Task<http::Response> export_audit_log(http::Request& request);
  Task<http::Response> ready();
  // For somebody who opens the address in a browser and wonders what it is.
  Task<http::Response> home();
  void log(const http::Request& request, const http::Response& response, TimePoint began) const;

  const mcp::App& app_;
  const Settings& settings_;
  CircuitBreaker fetch_;
  Ports ports_;
  Gate gate_;
  RateLimits rate_limits_;
  oauth::Pages pages_;

  clerk::Backend backend_;
  clerk::KeySet keys_;
  clerk::InstanceJwts jwts_;
  clerk::SessionTokenVerifier session_tokens_;
  clerk::ClerkTokens clerk_tokens_;
  clerk::Entitlements entitlements_;
  clerk::Standing standing_;
  clerk::TokenMinter minter_;
  clerk::AppApi app_api_;
  clerk::BackendApi backend_api_;
  std::unique_ptr<oauth::SignIn> sign_in_;
  std::unique_ptr<audit::AuditLog> audit_log_;  // null: there is to be none
  std::unique_ptr<audit::RecentCalls> recent_calls_;
  oauth::AuthorizationServer oauth_;
  std::optional<clerk::Webhooks> webhooks_;
  SessionWatch watched_app_api_;
  mcp::Endpoint endpoint_;
  http::Router router_;
};

}  // namespace postern::server
