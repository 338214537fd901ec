// What the server must know to run, whatever the host: read once at start, every value checked.
//
//   auto settings = Settings::read(variables);
//   if (!settings) for (const std::string& problem : settings.error()) print(problem);
//
// docs/configuration.md lists each variable with its meaning, default and an example; keep the two together.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/clerk/app_url.hpp"
#include "postern/clerk/bridge.hpp"
#include "postern/clerk/issued_token.hpp"
#include "postern/clerk/keys.hpp"
#include "postern/clerk/webhook_signature.hpp"
#include "postern/oauth/settings.hpp"
#include "postern/ports/crypto.hpp"
#include "postern/ports/rotated_secret.hpp"
#include "postern/server/rate_limits.hpp"
#include "postern/server/variables.hpp"

namespace postern::server {

// AUTH_MODE: who issues the access tokens, and where users sign in.
enum class AuthMode {
  bridge,       // we do; at the app's own page
  clerk_login,  // we do; at Clerk, where we are an OAuth application
  clerk,        // Clerk's OAuth server does: we only judge its tokens
  automatic,    // one of these: auth_mode.hpp
};

struct Settings {
  AuthMode auth_mode = AuthMode::bridge;
  std::string server_url;       // SERVER_URL: our own origin, as clients type it
  clerk::AppUrl app_url;        // APP_URL: the user's app
  RotatedSecret server_secret;  // POSTERN_SECRET: what every key of ours is derived from; and POSTERN_SECRET_PREVIOUS

  clerk::PublishableKey clerk_publishable_key;
  clerk::SecretKey clerk_secret_key;
  std::optional<RsaPublicKey> clerk_jwt_key;  // CLERK_JWT_KEY: verifies session tokens without fetching keys
  std::string clerk_api_url;                  // CLERK_API_URL, for the offline Clerk
  std::string clerk_oauth_client_id;          // CLERK_OAUTH_CLIENT_ID, for AUTH_MODE=clerk-login
  Secret clerk_oauth_client_secret;           // CLERK_OAUTH_CLIENT_SECRET, likewise
  std::optional<clerk::WebhookSecret> clerk_webhook_secret;  // CLERK_WEBHOOK_SECRET: without it, no webhooks are taken
  std::string clerk_jwt_template;                            // CLERK_JWT_TEMPLATE: empty means plain session tokens

  std::vector<clerk::TokenKind> clerk_tokens;  // CLERK_TOKENS, and what AUTH_MODE=clerk is about
  std::string clerk_machine_id;                // CLERK_MACHINE_ID: which machine of the instance we are

  clerk::QueryToken bridge_query_token = clerk::QueryToken::refuse;  // BRIDGE_QUERY_TOKEN

  oauth::DynamicRegistration dynamic_registration = oauth::DynamicRegistration::on;  // DYNAMIC_REGISTRATION
  oauth::ClientMetadataDocuments client_metadata_documents =
      oauth::ClientMetadataDocuments::on;  // CLIENT_METADATA_DOCUMENTS

  std::vector<oauth::RegisteredClient> known_clients;  // OAUTH_CLIENTS: those that need not register

  RateLimiting rate_limiting = RateLimiting::on;  // RATE_LIMITS
  ClientAddress client_address;                   // CLIENT_ADDRESS

  std::chrono::days audit_kept_for{90};  // AUDIT_DAYS; 0: there is no audit log

  std::vector<std::string>
      allowed_origins;  // ALLOWED_ORIGINS: web pages that may call /mcp, besides ours and the app's

  [[nodiscard]] std::string mcp_url() const { return server_url + "/mcp"; }
  [[nodiscard]] std::string sse_url() const { return server_url + "/sse"; }  // for clients of 2024-11-05
  [[nodiscard]] std::string callback_url() const { return server_url + "/callback"; }

  // All problems at once, a sentence each.
  [[nodiscard]] static Result<Settings, std::vector<std::string>> read(const Variables& variables);
};

}  // namespace postern::server
