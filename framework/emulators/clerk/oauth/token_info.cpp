#include <algorithm>

#include "emulators/clerk/issued_tokens.hpp"
#include "emulators/clerk/oauth/oauth_server.hpp"

namespace postern::emulator::oauth {

namespace {

struct Asked {
  const OAuthApplication* client;
  std::string token;
};

Checked<Asked> read(Call& call) {
  const auto form = uri::Form::parse(call.request.body);
  if (!form) return refuse("invalid_request", "The form cannot be read.");
  TRY(const OAuthApplication* client, authenticate_client(call.world, call.request, *form));
  const std::string* token = form->find_only("token");
  if (!token) return refuse("invalid_request", "token is missing.");
  return Asked{client, *token};
}

OAuthGrant* find_by_refresh_token(World& world, std::string_view token) {
  const auto found =
      std::ranges::find_if(world.oauth_grants, [&](const auto& entry) { return entry.second.refresh_token == token; });
  return found == world.oauth_grants.end() ? nullptr : &found->second;
}

json::Object inactive() { return {{"active", false}}; }

json::Object describe(World& world, const Asked& asked) {
  if (const OAuthToken* token = find_by_secret(world.oauth_tokens, asked.token)) {
    if (token->revoked || token->expired(world.now())) return inactive();
    json::Object info{{"active", true},
                      {"client_id", token->client_id},
                      {"iat", to_unix_seconds(token->created_at)},
                      {"scope", join_scopes(token->scopes)},
                      {"sub", token->subject}};
    const OAuthGrant* grant = find(world.oauth_grants, token->grant_id);
    if (grant && grant->organization_id) info["org_id"] = *grant->organization_id;
    return info;
  }
  const OAuthGrant* grant = find_by_refresh_token(world, asked.token);
  if (!grant || grant->revoked) return inactive();
  return {{"active", true},
          {"client_id", grant->client_id},
          {"scope", join_scopes(grant->scopes)},
          {"sub", grant->user_id}};
}

}  // namespace

http::Response token_info(Call& call) {
  const auto asked = read(call);
  return asked ? json_response(200, describe(call.world, *asked)) : to_response(asked.error());
}

// RFC 7009; either token ends the grant. A JWT is good until it expires, whatever anybody says.
http::Response revoke(Call& call) {
  World& world = call.world;
  const auto asked = read(call);
  if (!asked) return to_response(asked.error());
  const OAuthToken* token = find_by_secret(world.oauth_tokens, asked->token);
  if (token && token->secret.contains('.'))
    return to_response({"unsupported_token_type", "A JWT access token cannot be revoked."});
  OAuthGrant* grant = token ? find(world.oauth_grants, token->grant_id) : find_by_refresh_token(world, asked->token);
  if (grant && grant->client_id == asked->client->client_id) revoke_grant(world, *grant);
  return http::Response::empty(200);
}

}  // namespace postern::emulator::oauth
