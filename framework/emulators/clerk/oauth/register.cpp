#include <algorithm>

#include "emulators/clerk/oauth/introduce.hpp"
#include "postern/uri/redirect.hpp"

namespace postern::emulator::oauth {

namespace {

constexpr std::size_t redirect_uris_max = 20;
constexpr std::size_t name_bytes_max = 256;

std::string text_of(const json::Object& object, std::string_view name) {
  return std::string{json::find_string(object, name).value_or("")};
}

http::Response refuse_registration() {
  return emulator::to_response({.status = 422,
                                .code = "oauth_dynamic_client_registration_disabled",
                                .message = "Dynamic client registration is off",
                                .long_message = "This instance does not let clients register themselves."},
                               "registration");
}

json::Object show(const OAuthApplication& client, std::string_view method) {
  json::Array redirect_uris;
  for (const std::string& uri : client.redirect_uris) redirect_uris.push_back(json::Value(uri));
  json::Object body{{"client_id", client.client_id},
                    {"client_id_issued_at", to_unix_seconds(client.created_at)},
                    {"client_secret_expires_at", 0},
                    {"client_name", client.name},
                    {"redirect_uris", std::move(redirect_uris)},
                    {"grant_types", json::Array{"authorization_code", "refresh_token"}},
                    {"response_types", json::Array{"code"}},
                    {"scope", join_scopes(client.scopes)},
                    {"token_endpoint_auth_method", method}};
  if (!client.is_public()) body["client_secret"] = client.client_secret;
  if (client.client_uri) body["client_uri"] = *client.client_uri;
  return body;
}

}  // namespace

Checked<OAuthApplication> read_client_metadata(const World& world, const json::Object& metadata) {
  OAuthApplication client{.name = text_of(metadata, "client_name")};
  const json::Value* uris = json::find(metadata, "redirect_uris");
  if (!uris || !uris->is_array() || uris->get_array().empty() || uris->get_array().size() > redirect_uris_max)
    return refuse("invalid_redirect_uri", "redirect_uris must list one at least.");
  for (const json::Value& uri : uris->get_array()) {
    if (!uri.is_string() || !uri::check_redirect_uri(std::string_view{uri.get_string()}))
      return refuse("invalid_redirect_uri", "A redirect URI is none that a browser may be sent to.");
    client.redirect_uris.emplace_back(uri.get_string());
  }
  if (client.name.size() > name_bytes_max) return refuse("invalid_client_metadata", "client_name is too long.");
  if (const std::string uri = text_of(metadata, "client_uri"); !uri.empty()) client.client_uri = uri;
  client.scopes = split_scopes(text_of(metadata, "scope"));
  if (client.scopes.empty()) client.scopes = {"email", "offline_access", "profile"};
  if (!std::ranges::all_of(client.scopes, is_known_scope))
    return refuse("invalid_client_metadata", "scope has one that the instance does not know.");
  client.introduced_itself = true;
  client.created_at = client.updated_at = world.now();
  return client;
}

OAuthApplication& add_application(World& world, OAuthApplication application) {
  application.id = world.new_id("oa_");
  if (application.client_id.empty()) application.client_id = world.new_id("").substr(0, 16);
  if (application.name.empty()) application.name = application.client_id;
  return world.oauth_applications.emplace(application.id, std::move(application)).first->second;
}

http::Response register_client(Call& call) {
  World& world = call.world;
  if (!world.oauth_settings.dynamic_registration) return refuse_registration();
  if (World::full(world.oauth_applications))
    return to_response({"temporarily_unavailable", "There are too many clients.", 503});
  const auto document = json::parse(call.request.body);
  if (!document || !document->is_object())
    return to_response({"invalid_client_metadata", "The body must be a JSON object."});
  const json::Object& metadata = document->get_object();
  const std::string method{json::find_string(metadata, "token_endpoint_auth_method").value_or("client_secret_basic")};
  if (method != "none" && method != "client_secret_basic" && method != "client_secret_post")
    return to_response({"invalid_client_metadata", "token_endpoint_auth_method is none that is offered."});
  auto client = read_client_metadata(world, metadata);
  if (!client) return to_response(client.error());
  if (method != "none") client->client_secret = world.new_token().substr(0, 32);
  return json_response(201, show(add_application(world, *std::move(client)), method));
}

}  // namespace postern::emulator::oauth
