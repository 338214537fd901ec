#include "postern/oauth/authorization_server.hpp"

#include <utility>

#include "postern/oauth/authorize/authorize.hpp"
#include "postern/oauth/callback/callback.hpp"
#include "postern/oauth/connections/connections.hpp"
#include "postern/oauth/consent/consent.hpp"
#include "postern/oauth/context.hpp"
#include "postern/oauth/metadata/metadata.hpp"
#include "postern/oauth/register/register.hpp"
#include "postern/oauth/revoke/revoke.hpp"
#include "postern/oauth/token/token.hpp"

namespace postern::oauth {
namespace {

using Handle = Task<http::Response> (*)(Context&, const http::Request&);

void add(http::Router& router, http::Method method, std::string_view path, Context& context, Handle handle) {
  router.add(method, path, [&context, handle](http::Request& request, const http::PathParameters&) {
    return handle(context, request);
  });
}

}  // namespace

AuthorizationServer::AuthorizationServer(Settings settings, const Ports& ports, SignIn& sign_in,
                                         RecentCalls* recent_calls, Throttle* throttle)
    : context_(std::make_unique<Context>(std::move(settings), ports, sign_in, recent_calls, throttle)) {}

AuthorizationServer::~AuthorizationServer() = default;

void AuthorizationServer::add_routes(http::Router& router) {
  using enum http::Method;
  Context& context = *context_;
  add_metadata_routes(router, context.settings);
  if (!context.settings.issues_tokens()) return;
  if (context.settings.dynamic_registration == DynamicRegistration::on)
    add(router, post, "/register", context, register_client);
  add(router, get, "/authorize", context, authorize);
  add(router, post, "/authorize/consent", context, decide_consent);
  add(router, get, "/authorize/organization", context, show_organizations);
  add(router, post, "/authorize/organization", context, decide_organization);
  add(router, get, "/callback", context, callback_get);
  add(router, post, "/callback", context, callback_post);
  add(router, post, "/token", context, token);
  add(router, post, "/revoke", context, revoke);
  add(router, get, "/connections", context, show_connections);
  add(router, post, "/connections/disconnect", context, disconnect);
  add(router, get, "/api/connections", context, list_connections);
  add(router, delete_, "/api/connections", context, delete_connections);
  router.add(delete_, "/api/connections/{id}", [&context](http::Request& request, const http::PathParameters& path) {
    return delete_connection(context, request, std::string{path.get("id")});
  });
}

bool AuthorizationServer::knows_revocations() const { return context_->revoked.are_known(); }

Task<Result<void>> AuthorizationServer::reread_revocations() { return context_->revoked.reread(); }

Result<Caller, BearerError> AuthorizationServer::authenticate(const http::Request& request) const {
  if (!context_->settings.issues_tokens()) {
    TRY(find_bearer_token(request));
    return std::unexpected(BearerError{.kind = BearerError::Kind::invalid, .reason = "not a token of ours"});
  }
  return check_bearer_token(context_->access_tokens, context_->revoked, request, context_->ports.clock.now());
}

http::Response AuthorizationServer::challenge(const BearerError& error, std::string_view path) const {
  return bearer_challenge(context_->settings, error, path);
}

http::Response AuthorizationServer::insufficient_scope(const std::vector<std::string>& held,
                                                       const std::vector<std::string>& needed,
                                                       std::string_view path) const {
  return insufficient_scope_challenge(context_->settings, held, needed, path);
}

Task<void> AuthorizationServer::until_refused(Caller caller) {
  return context_->revoked.until_refused(std::move(caller));
}

Task<Result<void>> AuthorizationServer::revoke_grant(std::string grant_id, std::string reason) {
  return context_->grants.revoke(std::move(grant_id), std::move(reason));
}

Task<Result<void>> AuthorizationServer::revoke_grants(EndedAccess ended, std::string reason) {
  return context_->grants.revoke_all(std::move(ended), std::move(reason));
}

Task<Result<void>> AuthorizationServer::outdate_tokens(std::string user_id, std::string organization_id) {
  return context_->grants.outdate_tokens(std::move(user_id), std::move(organization_id));
}

}  // namespace postern::oauth
