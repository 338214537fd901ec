#include "emulators/clerk/oauth_tokens.hpp"

#include <utility>

#include "emulators/clerk/issued_tokens.hpp"
#include "emulators/clerk/users.hpp"

namespace postern::emulator::oauth_tokens {

namespace {

constexpr std::string_view client_id = "offline_client_1";
constexpr std::int64_t lifetime_default = 86'400;
constexpr std::int64_t lifetime_max = 315'360'000;

bool is_jwt(const OAuthToken& token) { return token.secret.contains('.'); }

std::string sign(const World& world, const OAuthToken& token) {
  json::Object claims{{"iss", world.settings().issuer()},
                      {"sub", token.subject},
                      {"client_id", token.client_id},
                      {"jti", token.id},
                      {"scope", joined(token.scopes, ' ')},
                      {"iat", to_unix_seconds(token.created_at)},
                      {"exp", to_unix_seconds(*token.expires_at)}};
  if (token.actor) claims["act"] = *token.actor;
  if (token.audience.size() == 1) claims["aud"] = token.audience.front();
  if (token.audience.size() > 1) claims["aud"] = to_json(token.audience);
  return world.key().sign({{"typ", "at+jwt"}}, claims);
}

}  // namespace

const OAuthToken& issue(World& world, OAuthToken token, std::int64_t lifetime_seconds, Format format) {
  fill_in(world, token, "oat_", lifetime_seconds);
  if (format == Format::jwt) token.secret = sign(world, token);
  return world.oauth_tokens.emplace(token.id, std::move(token)).first->second;
}

Answer issue(Call& call) {
  World& world = call.world;
  if (World::full(world.oauth_tokens)) return std::unexpected(ApiError::too_many("OAuth tokens"));
  OAuthToken token;
  TRY(token.subject, required_text(call.body, "user_id"));
  if (!find(world.users, token.subject)) return std::unexpected(users::user_not_found(token.subject));
  TRY(token.scopes, optional_texts(call.body, "scopes"));
  TRY(token.audience, optional_texts(call.body, "audience"));
  TRY(const auto lifetime, optional_number(call.body, "lifetime_seconds", 1, lifetime_max));
  TRY(const auto format, optional_text(call.body, "format"));
  if (const json::Value* actor = json::find(call.body, "actor"); actor && actor->is_object())
    token.actor = actor->get_object();
  token.client_id = client_id;
  const OAuthToken& issued = issue(world, std::move(token), lifetime.value_or(lifetime_default),
                                   format == "opaque" ? Format::opaque : Format::jwt);
  return json::Object{{"id", issued.id}, {"access_token", issued.secret}};
}

Answer revoke(Call& call) {
  OAuthToken* token = find(call.world.oauth_tokens, call.path.get("oauth_token_id"));
  if (!token) return std::unexpected(token_not_found());
  TRY(emulator::revoke(call, *token));
  return json::Object{{"ok", true}};
}

Answer verify(Call& call) {
  TRY(const auto secret, required_text(call.body, "access_token"));
  const OAuthToken* token = find_by_secret(call.world.oauth_tokens, secret);
  if (!token) return std::unexpected(token_not_found());
  if (is_jwt(*token) && token->expired(call.world.now())) return json::Object{{"active", false}};
  json::Object object = emulator::to_json(call.world, *token, "clerk_idp_oauth_access_token", TimeUnit::seconds);
  object["type"] = "oauth:access_token";
  object["client_id"] = token->client_id;
  if (token->actor) object["act"] = *token->actor;
  if (!token->audience.empty()) object["aud"] = to_json(token->audience);
  return object;
}

}  // namespace postern::emulator::oauth_tokens
