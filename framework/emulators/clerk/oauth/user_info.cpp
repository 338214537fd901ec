#include <algorithm>

#include "emulators/clerk/issued_tokens.hpp"
#include "emulators/clerk/oauth/oauth_server.hpp"

namespace postern::emulator::oauth {

namespace {

http::Response unauthorized(World& world) {
  http::Response response = emulator::to_response({.status = 401,
                                                   .code = "oauth_token_invalid",
                                                   .message = "Invalid access token",
                                                   .long_message = "The access token is missing or no longer good."},
                                                  world.new_id("trace_"));
  response.headers.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  return response;
}

void add_organization(json::Object& claims, const World& world, const OAuthGrant& grant) {
  if (!grant.organization_id) return;
  const auto organization = world.organizations.find(*grant.organization_id);
  if (organization == world.organizations.end()) return;
  claims["org_id"] = organization->first;
  claims["org_name"] = organization->second.name;
  claims["org_slug"] = organization->second.slug;
}

}  // namespace

void add_user_claims(json::Object& claims, const World& world, const OAuthGrant& grant) {
  const auto found = world.users.find(grant.user_id);
  if (found == world.users.end()) return;
  const User& user = found->second;
  const auto has = [&](std::string_view scope) { return std::ranges::contains(grant.scopes, scope); };
  if (has("email") && !user.email_addresses.empty()) {
    claims["email"] = user.email_addresses.front().text;
    claims["email_verified"] = true;
  }
  if (has("profile")) {
    claims["name"] = user.full_name();
    claims["given_name"] = or_null(user.first_name);
    claims["family_name"] = or_null(user.last_name);
    claims["preferred_username"] = or_null(user.username);
  }
  if (has("public_metadata")) claims["public_metadata"] = user.public_metadata;
  if (has("private_metadata")) claims["private_metadata"] = user.private_metadata;
  if (has("user:org:read")) add_organization(claims, world, grant);
}

http::Response user_info(Call& call) {
  World& world = call.world;
  constexpr std::string_view scheme = "Bearer ";
  const std::string* header = call.request.headers.find_only("Authorization");
  if (!header || !header->starts_with(scheme)) return unauthorized(world);
  const OAuthToken* token = find_by_secret(world.oauth_tokens, std::string_view{*header}.substr(scheme.size()));
  if (!token || token->revoked || token->expired(world.now())) return unauthorized(world);
  json::Object claims{{"object", "oauth_user_info"},
                      {"instance_id", world.key().kid()},
                      {"user_id", token->subject},
                      {"sub", token->subject}};
  OAuthGrant grant{.user_id = token->subject, .scopes = token->scopes};
  if (const OAuthGrant* kept = find(world.oauth_grants, token->grant_id)) grant.organization_id = kept->organization_id;
  add_user_claims(claims, world, grant);
  return json_response(200, claims);
}

}  // namespace postern::emulator::oauth
