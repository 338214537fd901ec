#include "emulators/clerk/oauth/applications.hpp"

#include <algorithm>
#include <utility>

#include "emulators/clerk/issued_tokens.hpp"
#include "emulators/clerk/oauth/introduce.hpp"
#include "emulators/clerk/oauth/oauth_server.hpp"
#include "postern/uri/url.hpp"

namespace postern::emulator::oauth_applications {

namespace {

json::Array to_json(const std::vector<std::string>& texts) {
  json::Array array;
  for (const std::string& text : texts) array.push_back(json::Value(text));
  return array;
}

json::Object to_json(const World& world, const OAuthApplication& application) {
  const std::string issuer = world.settings().issuer();
  return {{"object", "oauth_application"},
          {"id", application.id},
          {"instance_id", world.key().kid()},
          {"name", application.name},
          {"client_id", application.client_id},
          {"client_uri", or_null(application.client_uri)},
          {"client_image_url", nullptr},
          {"dynamically_registered", application.introduced_itself},
          {"consent_screen_enabled", application.consent_screen_enabled},
          {"pkce_required", application.pkce_required},
          {"public", application.is_public()},
          {"scopes", oauth::join_scopes(application.scopes)},
          {"redirect_uris", to_json(application.redirect_uris)},
          {"callback_url", application.redirect_uris.empty() ? "" : application.redirect_uris.front()},
          {"authorize_url", issuer + "/oauth/authorize"},
          {"token_fetch_url", issuer + "/oauth/token"},
          {"user_info_url", issuer + "/oauth/userinfo"},
          {"discovery_url", issuer + "/.well-known/openid-configuration"},
          {"token_introspection_url", issuer + "/oauth/token_info"},
          {"created_at", milliseconds(application.created_at)},
          {"updated_at", milliseconds(application.updated_at)}};
}

Read<OAuthApplication*> find_application(Call& call) {
  const std::string_view id = call.path.get("oauth_application_id");
  if (OAuthApplication* application = find(call.world.oauth_applications, id)) return application;
  return std::unexpected(
      ApiError::not_found("OAuth application not found", "No OAuth application was found with id " + std::string(id)));
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), uri::to_lower);
  return text;
}

// The newest first, unless order_by says name or created_at, with + or - before it.
bool comes_before(std::string_view order_by, const OAuthApplication& a, const OAuthApplication& b) {
  const bool is_descending = order_by.starts_with('-');
  const auto& [first, second] = is_descending ? std::tie(b, a) : std::tie(a, b);
  if (order_by.ends_with("name")) return first.name < second.name;
  return first.created_at < second.created_at;
}

// What create and update share; an absent member leaves things as they are.
Read<void> read_changes(const json::Object& body, OAuthApplication& application) {
  TRY(auto name, optional_text(body, "name"));
  if (name) application.name = *std::move(name);
  if (application.name.size() > 256) return std::unexpected(ApiError::invalid("name", "is too long"));
  TRY(auto redirect_uris, optional_texts(body, "redirect_uris"));
  for (const std::string& each : redirect_uris) {
    if (!uri::Url::parse(each)) return std::unexpected(ApiError::invalid("redirect_uris", "must be absolute URLs"));
  }
  if (!redirect_uris.empty()) application.redirect_uris = std::move(redirect_uris);
  TRY(const auto scopes, optional_text(body, "scopes"));
  if (scopes) application.scopes = oauth::split_scopes(*scopes);
  if (!std::ranges::all_of(application.scopes, oauth::is_known_scope))
    return std::unexpected(ApiError::invalid("scopes", "has one that the instance does not know"));
  TRY(application.pkce_required, optional_flag(body, "pkce_required", application.pkce_required));
  TRY(const bool asks, optional_flag(body, "consent_screen_enabled", application.consent_screen_enabled));
  if (!asks && application.introduced_itself)
    return std::unexpected(ApiError::invalid("consent_screen_enabled", "cannot be disabled for this application"));
  application.consent_screen_enabled = asks;
  return {};
}

}  // namespace

Answer list(Call& call) {
  TRY(const Page page, read_page(call.query));
  const std::string query = query_value(call.query, "name_query");
  std::string order_by = query_value(call.query, "order_by");
  if (order_by.empty()) order_by = "-created_at";
  std::vector<const OAuthApplication*> found;
  for (const auto& [id, application] : call.world.oauth_applications) {
    const bool is_meant = lower(application.name).contains(lower(query)) || application.client_id == query;
    if (is_meant) found.push_back(&application);
  }
  std::ranges::sort(found, [&](const auto* a, const auto* b) { return comes_before(order_by, *a, *b); });
  return paginated(slice(found, page, [&](const auto* each) { return to_json(call.world, *each); }), found.size());
}

Answer get(Call& call) {
  TRY(const OAuthApplication* application, find_application(call));
  return to_json(call.world, *application);
}

Answer create(Call& call) {
  World& world = call.world;
  if (World::full(world.oauth_applications)) return std::unexpected(ApiError::too_many("OAuth applications"));
  TRY(required_text(call.body, "name"));
  OAuthApplication application{.scopes = world.oauth_settings.default_scopes};
  application.created_at = application.updated_at = world.now();
  TRY(read_changes(call.body, application));
  TRY(const bool is_public, optional_flag(call.body, "public"));
  if (!is_public) application.client_secret = world.new_token().substr(0, 32);
  const OAuthApplication& made = oauth::add_application(world, std::move(application));
  json::Object object = to_json(world, made);
  object["client_secret"] = made.client_secret;
  return object;
}

Answer update(Call& call) {
  TRY(OAuthApplication * application, find_application(call));
  OAuthApplication changed = *application;
  TRY(read_changes(call.body, changed));
  changed.updated_at = call.world.now();
  *application = std::move(changed);
  return to_json(call.world, *application);
}

Answer remove(Call& call) {
  TRY(const OAuthApplication* application, find_application(call));
  const std::string id = application->id;
  for (auto& [grant_id, grant] : call.world.oauth_grants) {
    if (grant.client_id == application->client_id) oauth::revoke_grant(call.world, grant);
  }
  call.world.oauth_applications.erase(id);
  return deleted("oauth_application", id);
}

Answer rotate_secret(Call& call) {
  TRY(OAuthApplication * application, find_application(call));
  if (!application->is_public()) application->client_secret = call.world.new_token().substr(0, 32);
  application->updated_at = call.world.now();
  json::Object object = to_json(call.world, *application);
  object["client_secret"] = application->client_secret;
  return object;
}

Answer revoke_token(Call& call) {
  TRY(const OAuthApplication* application, find_application(call));
  TRY(const auto secret, required_text(call.body, "token"));
  const OAuthToken* token = find_by_secret(call.world.oauth_tokens, secret);
  for (auto& [id, grant] : call.world.oauth_grants) {
    const bool is_meant = token ? grant.id == token->grant_id : grant.refresh_token == secret;
    if (!is_meant || grant.client_id != application->client_id) continue;
    oauth::revoke_grant(call.world, grant);
    return json::Value(nullptr);
  }
  return std::unexpected(token_not_found());
}

Answer settings(Call& call) {
  const OAuthSettings& settings = call.world.oauth_settings;
  return json::Object{{"object", "oauth_application_settings"},
                      {"dynamic_oauth_client_registration", settings.dynamic_registration},
                      {"default_scopes", to_json(settings.default_scopes)},
                      {"oauth_jwt_access_tokens", settings.jwt_access_tokens},
                      {"aud_claim_enabled", settings.audience_claim},
                      {"client_id_metadata_documents_advertised", settings.client_documents},
                      {"client_id_metadata_documents_only_allow_pre_registered_clients", false},
                      {"client_id_metadata_documents_block_implicitly_allowed_clients", false}};
}

Answer update_settings(Call& call) {
  OAuthSettings settings = call.world.oauth_settings;
  const auto change = [&](std::string_view name, bool& value) -> Read<void> {
    TRY(value, optional_flag(call.body, name, value));
    return {};
  };
  TRY(change("dynamic_oauth_client_registration", settings.dynamic_registration));
  TRY(change("oauth_jwt_access_tokens", settings.jwt_access_tokens));
  TRY(change("aud_claim_enabled", settings.audience_claim));
  TRY(change("client_id_metadata_documents_advertised", settings.client_documents));
  TRY(auto scopes, optional_texts(call.body, "default_scopes"));
  if (!scopes.empty()) settings.default_scopes = std::move(scopes);
  call.world.oauth_settings = std::move(settings);
  return oauth_applications::settings(call);
}

}  // namespace postern::emulator::oauth_applications
