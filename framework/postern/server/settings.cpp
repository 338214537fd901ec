#include "postern/server/settings.hpp"

#include <algorithm>
#include <optional>

#include "postern/base/concat.hpp"
#include "postern/jose/rsa.hpp"
#include "postern/oauth/register/known_clients.hpp"

namespace postern::server {
namespace {

constexpr std::size_t server_secret_bytes_min = 32;

constexpr std::string_view where_keys_are = "in the Clerk dashboard, under API keys";

// The key, or nullopt and the problem noted.
template <class Key>
std::optional<Key> read_key(std::string_view name, VariableReader& reader) {
  const std::string text = reader.required(name, where_keys_are);
  if (text.empty()) return std::nullopt;
  auto key = Key::parse(text);
  if (key) return *std::move(key);
  reader.note_problem(concat(name, " is not what it should be: ", key.error().message,
                             " It stands in the Clerk dashboard, under API keys."));
  return std::nullopt;
}

std::optional<RsaPublicKey> read_jwt_key(VariableReader& reader) {
  const std::string text = reader.optional("CLERK_JWT_KEY");
  if (text.empty()) return std::nullopt;
  auto key = jose::parse_rsa_public_key_pem(text);
  if (key) return *std::move(key);
  reader.note_problem(concat("CLERK_JWT_KEY cannot be used: ", key.error().message,
                             " Take the JWKS public key in PEM from ", where_keys_are,
                             ", and write it on one line, with \\n or nothing for its line breaks; or leave it out."));
  return std::nullopt;
}

std::optional<clerk::WebhookSecret> read_webhook_secret(VariableReader& reader) {
  const std::string text = reader.optional("CLERK_WEBHOOK_SECRET");
  if (text.empty()) return std::nullopt;
  auto secret = clerk::WebhookSecret::parse(text);
  if (secret) return *std::move(secret);
  reader.note_problem(concat("CLERK_WEBHOOK_SECRET cannot be used: ", secret.error().message,
                             " It stands in the Clerk dashboard, under Webhooks, at the endpoint."));
  return std::nullopt;
}

std::vector<oauth::RegisteredClient> read_clients(VariableReader& reader) {
  auto clients = oauth::parse_known_clients(reader.optional("OAUTH_CLIENTS", "[]"));
  if (clients) return *std::move(clients);
  reader.note_problem(
      concat("OAUTH_CLIENTS cannot be used: ", clients.error().message, " docs/configuration.md has an example."));
  return {};
}

// Comma-separated.
std::vector<std::string> read_list(std::string_view name, VariableReader& reader) {
  std::vector<std::string> values;
  const std::string list = reader.optional(name);
  for (std::size_t start = 0; start < list.size();) {
    const std::size_t end = std::min(list.find(',', start), list.size());
    std::string each = list.substr(start, end - start);
    std::erase(each, ' ');
    if (!each.empty()) values.push_back(std::move(each));
    start = end + 1;
  }
  return values;
}

std::vector<std::string> read_origins(VariableReader& reader) {
  std::vector<std::string> origins;
  for (std::string& each : read_list("ALLOWED_ORIGINS", reader))
    origins.push_back(reader.origin("ALLOWED_ORIGINS", std::move(each)));
  return origins;
}

std::vector<clerk::TokenKind> read_token_kinds(VariableReader& reader) {
  std::vector<clerk::TokenKind> kinds;
  for (const std::string& each : read_list("CLERK_TOKENS", reader)) {
    if (each == "api_key")
      kinds.push_back(clerk::TokenKind::api_key);
    else if (each == "m2m_token")
      kinds.push_back(clerk::TokenKind::m2m_token);
    else
      reader.note_problem(concat("CLERK_TOKENS has \"", each, "\": it may list api_key and m2m_token."));
  }
  if (std::ranges::contains(kinds, clerk::TokenKind::m2m_token) && reader.optional("CLERK_MACHINE_ID").empty())
    reader.note_problem(
        "CLERK_MACHINE_ID is missing: machine tokens are for certain machines, so write which one this server is, "
        "mch_..., as the Clerk dashboard has it under Machines.");
  return kinds;
}

AuthMode read_auth_mode(VariableReader& reader) {
  const std::string mode = reader.choice("AUTH_MODE", {"bridge", "clerk-login", "clerk", "auto"});
  if (mode == "clerk-login") return AuthMode::clerk_login;
  if (mode == "clerk") return AuthMode::clerk;
  return mode == "auto" ? AuthMode::automatic : AuthMode::bridge;
}

// Two, when the one has replaced the other.
RotatedSecret read_server_secret(VariableReader& reader) {
  RotatedSecret secret{Secret{reader.required(
                           "POSTERN_SECRET",
                           "at least 32 random characters that only this server knows; `openssl rand -base64 32` makes "
                           "one")},
                       Secret{reader.optional("POSTERN_SECRET_PREVIOUS")}};
  for (const auto& [name, value] :
       {std::pair{"POSTERN_SECRET", &secret.current}, std::pair{"POSTERN_SECRET_PREVIOUS", &secret.previous}}) {
    if (!value->empty() && value->size() < server_secret_bytes_min)
      reader.note_problem(concat(name, " is too short: `openssl rand -base64 32` makes a good one."));
  }
  if (secret.has_previous() && secret.current == secret.previous)
    reader.note_problem(
        "POSTERN_SECRET_PREVIOUS is the same as POSTERN_SECRET: it is for the one before, while a new one replaces "
        "it.");
  return secret;
}

struct OAuthClient {
  std::string id;
  Secret secret;
};
// What this server is at Clerk's OAuth server: needed for clerk-login, and never one half of it.
OAuthClient read_oauth_client(AuthMode mode, const std::string& callback_url, VariableReader& reader) {
  const bool is_needed = mode == AuthMode::clerk_login || !reader.optional("CLERK_OAUTH_CLIENT_ID").empty() ||
                         !reader.optional("CLERK_OAUTH_CLIENT_SECRET").empty();
  if (!is_needed) return {};
  OAuthClient client;
  client.id = reader.required(
      "CLERK_OAUTH_CLIENT_ID",
      concat("the client ID of the OAuth application that stands for this server in the Clerk dashboard, under OAuth "
             "applications: one with the redirect URI ",
             callback_url, " and the scope openid"));
  client.secret = Secret{reader.required("CLERK_OAUTH_CLIENT_SECRET", "the client secret of that OAuth application")};
  return client;
}

ClientAddress read_client_address(VariableReader& reader) {
  std::string source = reader.optional("CLIENT_ADDRESS");
  const bool is_name = std::ranges::all_of(source, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!is_name)
    reader.note_problem(
        concat("CLIENT_ADDRESS is \"", source,
               "\": it must be peer, or the name of a header that your proxy sets, such as X-Real-IP."));
  return {std::move(source)};
}

}  // namespace

Result<Settings, std::vector<std::string>> Settings::read(const Variables& variables) {
  VariableReader reader{variables};
  const long port = reader.number("PORT", 8788, 1, 65535);
  std::string server_url =
      reader.origin("SERVER_URL", reader.optional("SERVER_URL", concat("http://localhost:", port)));
  const std::string app_url =
      reader.origin("APP_URL", reader.required("APP_URL", "the address of your app, such as https://app.example.com"));
  auto publishable_key = read_key<clerk::PublishableKey>("CLERK_PUBLISHABLE_KEY", reader);
  auto secret_key = read_key<clerk::SecretKey>("CLERK_SECRET_KEY", reader);
  if (publishable_key && secret_key && publishable_key->is_live() != secret_key->is_live()) {
    reader.note_problem(
        "CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY are of different instances: one is live, the other test.");
  }
  std::optional<RsaPublicKey> jwt_key = read_jwt_key(reader);
  std::optional<clerk::WebhookSecret> webhook_secret = read_webhook_secret(reader);
  std::string clerk_api_url = reader.origin("CLERK_API_URL", reader.optional("CLERK_API_URL", "https://api.clerk.com"));
  RotatedSecret server_secret = read_server_secret(reader);
  const AuthMode auth_mode = read_auth_mode(reader);
  OAuthClient oauth_client = read_oauth_client(auth_mode, server_url + "/callback", reader);
  std::vector<clerk::TokenKind> clerk_tokens = read_token_kinds(reader);
  if (auth_mode == AuthMode::clerk) clerk_tokens.push_back(clerk::TokenKind::oauth_token);
  const bool query_token = reader.choice("BRIDGE_QUERY_TOKEN", {"refuse", "accept"}) == "accept";
  const bool registration = reader.choice("DYNAMIC_REGISTRATION", {"on", "off"}) == "on";
  const bool documents = reader.choice("CLIENT_METADATA_DOCUMENTS", {"on", "off"}) == "on";
  std::vector<oauth::RegisteredClient> known_clients = read_clients(reader);
  const bool limited = reader.choice("RATE_LIMITS", {"on", "off"}) == "on";
  ClientAddress client_address = read_client_address(reader);
  const long audit_days = reader.number("AUDIT_DAYS", 90, 0, 3650);
  std::vector<std::string> allowed_origins = read_origins(reader);

  if (!reader.problems().empty()) return std::unexpected(reader.problems());
  auto app = clerk::AppUrl::parse(app_url);
  if (!app) return std::unexpected(std::vector{"APP_URL: " + app.error().message});
  return Settings{
      .auth_mode = auth_mode,
      .server_url = std::move(server_url),
      .app_url = *std::move(app),
      .server_secret = std::move(server_secret),
      .clerk_publishable_key = *std::move(publishable_key),
      .clerk_secret_key = *std::move(secret_key),
      .clerk_jwt_key = std::move(jwt_key),
      .clerk_api_url = std::move(clerk_api_url),
      .clerk_oauth_client_id = std::move(oauth_client.id),
      .clerk_oauth_client_secret = std::move(oauth_client.secret),
      .clerk_webhook_secret = std::move(webhook_secret),
      .clerk_jwt_template = reader.optional("CLERK_JWT_TEMPLATE"),
      .clerk_tokens = std::move(clerk_tokens),
      .clerk_machine_id = reader.optional("CLERK_MACHINE_ID"),
      .bridge_query_token = query_token ? clerk::QueryToken::accept : clerk::QueryToken::refuse,
      .dynamic_registration = registration ? oauth::DynamicRegistration::on : oauth::DynamicRegistration::off,
      .client_metadata_documents = documents ? oauth::ClientMetadataDocuments::on : oauth::ClientMetadataDocuments::off,
      .known_clients = std::move(known_clients),
      .rate_limiting = limited ? RateLimiting::on : RateLimiting::off,
      .client_address = std::move(client_address),
      .audit_kept_for = std::chrono::days{audit_days},
      .allowed_origins = std::move(allowed_origins),
  };
}

}  // namespace postern::server
