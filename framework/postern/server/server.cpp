#include "postern/server/server.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "postern/audit/export.hpp"
#include "postern/base/concat.hpp"
#include "postern/base/ensure.hpp"
#include "postern/clerk/bridge.hpp"
#include "postern/clerk/clerk_login.hpp"
#include "postern/http/html.hpp"
#include "postern/json/value.hpp"
#include "postern/ports/random.hpp"
#include "postern/server/revocable_stream.hpp"

namespace postern::server {
namespace {

std::vector<oauth::Scope> scopes_of(const mcp::App& app) {
  std::vector<oauth::Scope> scopes;
  for (const mcp::Scope& scope : app.scopes())
    scopes.push_back({scope.name, scope.description, app.included_in(scope)});
  return scopes;
}

oauth::Settings oauth_settings(const mcp::App& app, const Settings& settings) {
  oauth::Settings oauth;
  oauth.issuer = settings.server_url;
  oauth.resource = settings.mcp_url();
  if (settings.auth_mode == AuthMode::clerk) oauth.authorization_server = settings.clerk_publishable_key.issuer();
  oauth.server_name = app.title().empty() ? app.name() : app.title();
  oauth.server_secret = settings.server_secret;
  oauth.scopes = scopes_of(app);
  oauth.permissions = app.permissions();
  oauth.known_clients = settings.known_clients;
  oauth.dynamic_registration = settings.dynamic_registration;
  oauth.client_metadata_documents = settings.client_metadata_documents;
  return oauth;
}

clerk::ClerkTokenSettings clerk_token_settings(const mcp::App& app, const Settings& settings) {
  clerk::ClerkTokenSettings tokens;
  tokens.accepted = settings.clerk_tokens;
  tokens.issuer = settings.clerk_publishable_key.issuer();
  tokens.resources = {settings.mcp_url(), settings.sse_url()};
  tokens.machine_id = settings.clerk_machine_id;
  tokens.scopes = scopes_of(app);
  return tokens;
}

http::Response refusal(int status, std::string_view error, std::string_view message) {
  return http::Response::json(status, json::serialize(json::Object{{"error", error}, {"message", message}}));
}

http::Response unavailable(std::string_view message) {
  http::Response response = refusal(503, "unavailable", message);
  response.headers.set("Retry-After", "2");
  return response;
}

bool is_probe(std::string_view path) { return path == "/healthz" || path == "/readyz"; }

}  // namespace

Server::Server(const mcp::App& app, const Settings& settings, const Ports& ports)
    : app_(app),
      settings_(settings),
      fetch_(ports.fetch, ports.clock, ports.log),
      ports_{ports.clock, ports.random, ports.crypto, fetch_, ports.store, ports.cache, ports.log, ports.bus},
      gate_(settings.server_url, settings.app_url.origin(), settings.allowed_origins),
      rate_limits_(settings.rate_limiting, settings.client_address),
      pages_(ports.crypto),
      backend_({.api_url = settings.clerk_api_url, .secret_key = settings.clerk_secret_key}, ports_),
      keys_(settings.clerk_publishable_key.jwks_url(), ports_),
      jwts_(settings.clerk_jwt_key, keys_, ports_),
      session_tokens_({.issuer = settings.clerk_publishable_key.issuer(),
                       .authorized_parties = {settings.app_url.origin()},
                       .key = settings.clerk_jwt_key},
                      keys_, ports_),
      clerk_tokens_(clerk_token_settings(app, settings), jwts_, backend_, ports_),
      entitlements_(
          {.issuer = settings.clerk_publishable_key.issuer(), .features = app.features(), .plans = app.plans()},
          backend_, jwts_, ports_),
      standing_(backend_, ports_, &entitlements_),
      minter_({.issuer = settings.clerk_publishable_key.issuer(), .template_name = settings.clerk_jwt_template},
              backend_, jwts_, standing_, ports_),
      app_api_({.app = settings.app_url}, minter_, ports_),
      backend_api_(backend_),
      sign_in_(make_sign_in()),
      audit_log_(settings.audit_kept_for.count() > 0
                     ? std::make_unique<audit::AuditLog>(ports_, settings.server_secret, settings.audit_kept_for)
                     : nullptr),
      recent_calls_(audit_log_ ? std::make_unique<audit::RecentCalls>(app, *audit_log_, ports_) : nullptr),
      oauth_(oauth_settings(app, settings), ports_, *sign_in_, recent_calls_.get(), &rate_limits_),
      watched_app_api_(app_api_, oauth_),
      endpoint_(app, ports_,
                {.session_key = derive_key(ports.crypto, settings.server_secret, "mcp-session"),
                 .upstreams = {.app = &watched_app_api_, .clerk = &backend_api_},
                 .call_log = audit_log_.get(),
                 .rights_are_told = settings.clerk_webhook_secret.has_value(),
                 .until_revoked = [this](Caller caller) { return oauth_.until_refused(std::move(caller)); }}) {
  ensure(settings.auth_mode != AuthMode::automatic);
  if (settings.clerk_webhook_secret) webhooks_.emplace(*settings.clerk_webhook_secret, ports_, oauth_, clerk_tokens_);
  add_routes();
}

std::unique_ptr<oauth::SignIn> Server::make_sign_in() {
  if (settings_.auth_mode != AuthMode::clerk_login) {
    return std::make_unique<clerk::BridgeSignIn>(
        clerk::BridgeSettings{.app = settings_.app_url, .query_token = settings_.bridge_query_token}, session_tokens_,
        standing_, ports_);
  }
  return std::make_unique<clerk::ClerkLogin>(
      clerk::ClerkLoginSettings{.issuer = settings_.clerk_publishable_key.issuer(),
                                .client_id = settings_.clerk_oauth_client_id,
                                .client_secret = settings_.clerk_oauth_client_secret,
                                .callback_url = settings_.callback_url(),
                                .key = derive_key(ports_.crypto, settings_.server_secret.current, "clerk-login")},
      jwts_, session_tokens_, standing_, ports_);
}

void Server::add_routes() {
  using http::Method;
  oauth_.add_routes(router_);
  if (webhooks_) {
    router_.add(Method::post, "/webhooks/clerk",
                [this](http::Request& request, const http::PathParameters&) { return webhooks_->receive(request); });
  }
  for (const Method method : {Method::post, Method::get, Method::delete_}) {
    router_.add(method, "/mcp",
                [this](http::Request& request, const http::PathParameters&) { return call_mcp(request); });
  }
  if (audit_log_) {
    router_.add(Method::get, "/api/audit",
                [this](http::Request& request, const http::PathParameters&) { return export_audit_log(request); });
  }
  for (const auto& [method, path] : {std::pair{Method::get, "/sse"}, std::pair{Method::post, "/messages"}}) {
    router_.add(method, path,
                [this](http::Request& request, const http::PathParameters&) { return call_mcp(request); });
  }
  // Alive, whatever it depends on; and able to serve, so that a load balancer may send requests.
  router_.add(Method::get, "/healthz", [](http::Request&, const http::PathParameters&) -> Task<http::Response> {
    co_return http::Response::json(200, R"({"status":"ok"})");
  });
  router_.add(Method::get, "/readyz", [this](http::Request&, const http::PathParameters&) { return ready(); });
  router_.add(Method::get, "/", [this](http::Request&, const http::PathParameters&) { return home(); });
}

Task<http::Response> Server::handle(http::Request request) {
  const TimePoint began = ports_.clock.now();
  if (request.id.empty()) request.id = random_id(ports_.random);
  http::Response response = co_await answer(request);
  gate_.finish(request, response);
  log(request, response, began);
  co_return response;
}

Task<http::Response> Server::handle_as(http::Request& request, const Caller& caller) {
  auto answer = co_await endpoint_.handle(request, caller, mcp::Transport::stdio);
  co_return answer ? *std::move(answer) : http::Response::empty(401);
}

Task<Result<Caller>> Server::find_caller(std::string session_id) {
  const auto session = co_await backend_.get_session(session_id);
  if (!session && session.error().kind != clerk::BackendError::Kind::not_found) {
    co_return fail(Error::Kind::unavailable,
                   "Clerk cannot be asked about " + session_id + ": " + session.error().message);
  }
  if (!session) co_return fail(Error::Kind::unauthorized, "Clerk knows no session " + session_id + ".");
  CO_TRY(auto user, co_await standing_.confirm({.user_id = session->user_id,
                                                .actor = session->actor,
                                                .session_id = std::move(session_id),
                                                .organization_id = session->organization_id}));
  const auto asked_for = app_.permissions();
  std::erase_if(user.permissions, [&](const std::string& held) { return !std::ranges::contains(asked_for, held); });
  Principal principal{.user_id = std::move(user.user_id),
                      .actor = std::move(user.actor),
                      .session_id = std::move(user.session_id),
                      .organization_id = std::move(user.organization_id),
                      .role = std::move(user.role),
                      .permissions = std::move(user.permissions),
                      .features = std::move(user.features),
                      .plans = std::move(user.plans)};
  for (const mcp::Scope& scope : app_.scopes()) principal.scopes.push_back(scope.name);
  co_return std::make_shared<const Principal>(std::move(principal));
}

Task<void> Server::housekeep() {
  if (const auto reread = co_await oauth_.reread_revocations(); !reread) {
    ports_.log.write(LogLevel::error, "server.housekeeping_failed", {{"reason", reread.error().message}});
  }
}

Task<void> Server::write_audit_log() {
  if (audit_log_) co_await audit_log_->write_down();
}

Task<void> Server::write_audit_log_soon() {
  if (audit_log_) co_await audit_log_->write_down_soon();
}

Task<http::Response> Server::answer(http::Request& request) {
  // A load balancer asks by address, not by name.
  if (!is_probe(request.path()) && !gate_.host_allowed(request)) {
    return http::ready(refusal(403, "forbidden_host", "The Host header must name " + settings_.server_url + "."));
  }
  if (request.method == http::Method::options && Gate::is_cross_origin(request.path())) {
    if (Gate::is_mcp(request.path()) && !gate_.origin_allowed(request)) return http::ready(http::Response::empty(403));
    return http::ready(Gate::preflight(request));
  }
  if (auto refused = rate_limits_.check_path(request, ports_.clock.now())) return http::ready(*std::move(refused));
  return router_.handle(request);
}

Task<mcp::Endpoint::Answer> Server::answer_mcp(http::Request& request, const Caller& caller) {
  if (request.path() == "/sse") return endpoint_.open_sse(request, caller, "/messages?session_id=");
  if (request.path() == "/messages") return endpoint_.post_sse(request, caller);
  return endpoint_.handle(request, caller);
}

Task<http::Response> Server::call_mcp(http::Request& request) {
  if (!gate_.origin_allowed(request)) {
    co_return refusal(403, "forbidden_origin",
                      "This Origin may not call the server; ALLOWED_ORIGINS lists those that may.");
  }
  auto authenticated = oauth_.authenticate(request);
  if (authenticated && !oauth_.knows_revocations()) {
    // Fails closed: a revoked token must not work because the store cannot be read.
    if (!co_await oauth_.reread_revocations())
      co_return unavailable("The server cannot read its store. Try again in a few seconds.");
    authenticated = oauth_.authenticate(request);
  }
  Caller caller;
  if (authenticated) {
    caller = *std::move(authenticated);
  } else if (authenticated.error().kind == oauth::BearerError::Kind::invalid) {
    auto found = co_await authenticate_at_clerk(request);
    if (!found) co_return std::move(found).error();
    caller = *std::move(found);
  } else if (authenticated.error().kind != oauth::BearerError::Kind::missing || !app_.open_to_anyone()) {
    co_return oauth_.challenge(authenticated.error(), request.path());
  }
  if (caller) {
    if (auto refused = rate_limits_.check_caller(*caller, ports_.clock.now())) co_return *std::move(refused);
  }
  auto answer = co_await answer_mcp(request, caller);
  if (answer && answer->stream && caller) {
    auto revocable = std::make_unique<RevocableStream>(std::move(answer->stream), until_revoked(request, caller));
    answer->stream = rate_limits_.count_stream(std::move(revocable), *caller);
  }
  if (answer) co_return *std::move(answer);
  co_return caller ? oauth_.insufficient_scope(caller->scopes, answer.error().scopes, request.path())
                   : oauth_.challenge({.kind = oauth::BearerError::Kind::missing}, request.path());
}

Task<Result<Caller, http::Response>> Server::authenticate_at_clerk(const http::Request& request) {
  if (auto refused = rate_limits_.check_guessing(request, ports_.clock.now()))
    co_return std::unexpected(*std::move(refused));
  const auto token = oauth::find_bearer_token(request);
  if (token && clerk_tokens_.takes(*token)) {
    auto caller = co_await clerk_tokens_.verify(std::string{*token});
    if (caller) co_return *std::move(caller);
    if (caller.error().kind == Error::Kind::unavailable)
      co_return std::unexpected(unavailable("Clerk cannot be asked about this token now. Try again in a few seconds."));
  }
  rate_limits_.count_bad_token(request, ports_.clock.now());
  co_return std::unexpected(oauth_.challenge({.kind = oauth::BearerError::Kind::invalid}, request.path()));
}

Task<void> Server::until_revoked(const http::Request& request, const Caller& caller) {
  const auto token = oauth::find_bearer_token(request);
  if (token && clerk_tokens_.takes(*token)) return clerk_tokens_.until_refused(std::string{*token});
  return oauth_.until_refused(caller);
}

// For operators. A wrong key counts as a guessed token, and is told no more than that.
Task<http::Response> Server::export_audit_log(http::Request& request) {
  const TimePoint now = ports_.clock.now();
  if (auto refused = rate_limits_.check_guessing(request, now)) return http::ready(*std::move(refused));
  if (audit::is_reader(audit_log_->keys(), request)) return audit::export_records(ports_, request);
  rate_limits_.count_bad_token(request, now);
  http::Response refused = refusal(401, "unauthorized", "This is for the server's operator: see docs/audit.md.");
  refused.headers.set("WWW-Authenticate", "Bearer");
  return http::ready(std::move(refused));
}

Task<http::Response> Server::ready() {
  auto entry = co_await ports_.store.get("ready/probe");
  if (entry) co_return http::Response::json(200, R"({"status":"ready"})");
  co_return refusal(503, "unavailable", "The store does not answer.");
}

Task<http::Response> Server::home() {
  const std::string name = http::escape_html(app_.title().empty() ? app_.name() : app_.title());
  co_return pages_.show(
      200, app_.title().empty() ? app_.name() : app_.title(),
      concat("<h1>", name, "</h1><p>This is an MCP server: AI assistants connect to it to use ", name,
             " for you, once you have signed in and agreed.</p><p>Add this address to your assistant:</p><p><code>",
             http::escape_html(settings_.mcp_url()), "</code></p>"));
}

void Server::log(const http::Request& request, const http::Response& response, TimePoint began) const {
  // The path without the query, which may hold a code or a token (threat 44).
  ports_.log.write(response.status >= 500 ? LogLevel::error : LogLevel::info, "http.request",
                   {{"request", request.id},
                    {"method", http::to_string(request.method)},
                    {"path", request.path()},
                    {"status", response.status},
                    {"ms", (ports_.clock.now() - began).count()}});
}

}  // namespace postern::server
