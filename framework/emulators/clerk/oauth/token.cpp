#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "emulators/clerk/oauth/oauth_server.hpp"
#include "emulators/clerk/oauth_tokens.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/ensure.hpp"
#include "postern/http/media_type.hpp"

namespace postern::emulator::oauth {

namespace {

using namespace std::chrono_literals;

constexpr auto access_token_lifetime = 24h;
constexpr auto id_token_lifetime = 24h;

std::unexpected<OAuthError> refuse_grant(std::string_view description) { return refuse("invalid_grant", description); }

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ensure(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

// RFC 7636 sec. 4.6; a verifier for a code without a challenge is refused as well (RFC 9700 sec. 4.8.2).
bool verifier_fits(const OAuthGrant& grant, const std::string* code_verifier) {
  if (grant.code_challenge.empty()) return !code_verifier;
  return code_verifier && base64url_encode(sha256(*code_verifier)) == grant.code_challenge;
}

template <class Matches>
OAuthGrant* find_grant(World& world, Matches matches) {
  const auto found = std::ranges::find_if(world.oauth_grants, [&](const auto& entry) { return matches(entry.second); });
  return found == world.oauth_grants.end() ? nullptr : &found->second;
}

// A second use of a code ends what came of the first (RFC 6749 sec. 4.1.2).
Checked<OAuthGrant*> redeem_code(World& world, const OAuthApplication& client, const uri::Form& form) {
  const std::string* code = form.find_only("code");
  if (!code) return refuse("invalid_request", "code is missing.");
  OAuthGrant* grant = find_grant(world, [&](const OAuthGrant& each) { return each.code == *code; });
  if (!grant || grant->client_id != client.client_id) return refuse_grant("The code is not one of this client's.");
  if (grant->code_redeemed) {
    revoke_grant(world, *grant);
    return refuse_grant("The code has been used.");
  }
  if (grant->revoked || grant->code_expires_at <= world.now()) return refuse_grant("The code has expired.");
  const std::string* redirect_uri = form.find_only("redirect_uri");
  if (!redirect_uri || *redirect_uri != grant->redirect_uri)
    return refuse_grant("redirect_uri is not that of the authorization request.");
  if (!verifier_fits(*grant, form.find_only("code_verifier"))) return refuse_grant("code_verifier does not fit.");
  grant->code_redeemed = true;
  return grant;
}

Checked<OAuthGrant*> use_refresh_token(World& world, const OAuthApplication& client, const uri::Form& form) {
  const std::string* token = form.find_only("refresh_token");
  if (!token) return refuse("invalid_request", "refresh_token is missing.");
  OAuthGrant* grant = find_grant(world, [&](const OAuthGrant& each) { return each.refresh_token == *token; });
  if (!grant || grant->revoked || grant->client_id != client.client_id)
    return refuse_grant("The refresh token is not one of this client's, or is no longer good.");
  return grant;
}

// What was granted, or less (RFC 6749 sec. 6).
Checked<std::vector<std::string>> narrow(const OAuthGrant& grant, const uri::Form& form) {
  const std::string* scope = form.find_only("scope");
  if (!scope) return grant.scopes;
  auto asked = split_scopes(*scope);
  for (const std::string& each : asked) {
    if (!std::ranges::contains(grant.scopes, each)) return refuse("invalid_scope", "That is more than was granted.");
  }
  return asked;
}

// The resource stays what it was (RFC 8707 sec. 2.2).
Checked<void> check_resource(const OAuthGrant& grant, const uri::Form& form) {
  if (form.count("resource") == 0) return {};
  const std::string* resource = form.find_only("resource");
  if (!resource || *resource != grant.resource)
    return refuse("invalid_target", "That is not the resource of the grant.");
  return {};
}

// OpenID Connect Core sec. 2. As far as Clerk's documents say, it names no session.
std::string id_token(const World& world, const OAuthGrant& grant) {
  const std::int64_t now = to_unix_seconds(world.now());
  json::Object claims{{"iss", world.settings().issuer()},
                      {"aud", grant.client_id},
                      {"sub", grant.user_id},
                      {"iat", now},
                      {"exp", now + std::chrono::seconds{id_token_lifetime}.count()}};
  if (!grant.nonce.empty()) claims["nonce"] = grant.nonce;
  if (grant.actor) claims["act"] = *grant.actor;
  add_user_claims(claims, world, grant);
  return world.key().sign({{"typ", "JWT"}}, claims);
}

Checked<json::Object> answer(World& world, const OAuthApplication& client, const uri::Form& form) {
  const std::string* grant_type = form.find_only("grant_type");
  if (!grant_type) return refuse("invalid_request", "grant_type is missing.");
  if (*grant_type != "authorization_code" && *grant_type != "refresh_token")
    return refuse("unsupported_grant_type", "There are authorization_code and refresh_token.");
  TRY(OAuthGrant * grant,
      *grant_type == "refresh_token" ? use_refresh_token(world, client, form) : redeem_code(world, client, form));
  const auto user = world.users.find(grant->user_id);
  if (user == world.users.end() || user->second.banned) return refuse_grant("The user may not sign in.");
  TRY(check_resource(*grant, form));
  TRY(auto scopes, narrow(*grant, form));
  if (World::full(world.oauth_tokens)) return refuse("temporarily_unavailable", "Too many tokens.", 503);

  OAuthToken token;
  token.subject = grant->user_id;
  token.client_id = grant->client_id;
  token.actor = grant->actor;
  token.grant_id = grant->id;
  token.scopes = scopes;
  if (world.oauth_settings.audience_claim && !grant->resource.empty()) token.audience = {grant->resource};
  const auto format = world.oauth_settings.jwt_access_tokens ? oauth_tokens::Format::jwt : oauth_tokens::Format::opaque;
  const OAuthToken& issued =
      oauth_tokens::issue(world, std::move(token), std::chrono::seconds{access_token_lifetime}.count(), format);
  grant->refresh_token = "clk_refresh_" + world.new_token();  // a new one each time
  json::Object body{{"access_token", issued.secret},
                    {"token_type", "Bearer"},
                    {"expires_in", std::chrono::seconds{access_token_lifetime}.count()},
                    {"refresh_token", grant->refresh_token},
                    {"scope", join_scopes(scopes)}};
  if (std::ranges::contains(scopes, "openid")) body["id_token"] = id_token(world, *grant);
  return body;
}

}  // namespace

void revoke_grant(World& world, OAuthGrant& grant) {
  grant.revoked = true;
  for (auto& [id, token] : world.oauth_tokens) {
    if (token.grant_id == grant.id) token.revoked = true;
  }
}

http::Response token(Call& call) {
  if (!http::has_content_type(call.request.headers, "application/x-www-form-urlencoded"))
    return to_response({"invalid_request", "The body must be a form."});
  const auto form = uri::Form::parse(call.request.body);
  if (!form || form->find_repeated("resource")) return to_response({"invalid_request", "The form cannot be read."});
  const auto client = authenticate_client(call.world, call.request, *form);
  if (!client) return to_response(client.error());
  const auto body = answer(call.world, **client, *form);
  return body ? json_response(200, *body) : to_response(body.error());
}

}  // namespace postern::emulator::oauth
