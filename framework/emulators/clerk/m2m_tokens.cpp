#include "emulators/clerk/m2m_tokens.hpp"

#include <utility>

#include "emulators/clerk/issued_tokens.hpp"
#include "emulators/clerk/routes.hpp"

namespace postern::emulator::m2m_tokens {

namespace {

constexpr std::string_view category = "cl_B7d4PD333AAA";
constexpr std::int64_t lifetime_default = 3600;
constexpr std::int64_t lifetime_max = 315'360'000;

// Null if the instance itself calls.
Read<const Machine*> find_caller(const Call& call) {
  if (const std::string* authorization = call.request.headers.find_only("Authorization")) {
    for (const auto& [id, machine] : call.world.machines)
      if (*authorization == "Bearer " + machine.secret_key) return &machine;
  }
  TRY(check_secret_key(call.world, call.request));
  return nullptr;
}

json::Object to_json(const World& world, const M2mToken& token) {
  json::Object object = emulator::to_json(world, token, "machine_to_machine_token", TimeUnit::milliseconds);
  object["claims"] = token.claims ? json::Value(*token.claims) : json::Value(nullptr);
  object["last_used_at"] = nullptr;
  return object;
}

// The token itself, for the formats that are not opaque.
std::string sign(const World& world, const M2mToken& token) {
  json::Object claims = token.claims.value_or(json::Object{});
  claims["iss"] = world.settings().issuer();
  claims["sub"] = token.subject;
  claims["jti"] = token.id;
  claims["scopes"] = joined(token.scopes, ' ');
  claims["iat"] = to_unix_seconds(token.created_at);
  claims["nbf"] = to_unix_seconds(token.created_at);
  if (token.expires_at) claims["exp"] = to_unix_seconds(*token.expires_at);
  return world.key().sign({{"cat", category}, {"typ", "JWT"}}, claims);
}

}  // namespace

Answer create(Call& call) {
  World& world = call.world;
  if (World::full(world.m2m_tokens)) return std::unexpected(ApiError::too_many("machine tokens"));
  TRY(const Machine* machine, find_caller(call));
  if (!machine) return std::unexpected(ApiError{.status = 401, .code = "machine_secret_key_required"});
  TRY(auto claims, optional_object(call.body, "claims"));
  TRY(const auto lifetime, optional_number(call.body, "seconds_until_expiration", 1, lifetime_max));
  TRY(const auto format, optional_text(call.body, "token_format"));
  M2mToken token;
  token.subject = machine->id;
  token.scopes = machine->may_call;
  if (!claims.empty()) token.claims = std::move(claims);
  fill_in(world, token, "mt_", lifetime.value_or(lifetime_default));
  if (format == "jwt") token.secret = sign(world, token);
  json::Object object = to_json(world, token);
  object["token"] = token.secret;
  world.m2m_tokens.emplace(token.id, std::move(token));
  return object;
}

Answer revoke(Call& call) {
  TRY(find_caller(call));
  M2mToken* token = find(call.world.m2m_tokens, call.path.get("m2m_token_id"));
  if (!token) return std::unexpected(token_not_found());
  TRY(emulator::revoke(call, *token));
  return to_json(call.world, *token);
}

Answer verify(Call& call) {
  TRY(const Machine* machine, find_caller(call));
  TRY(const auto secret, required_text(call.body, "token"));
  const M2mToken* token = find_by_secret(call.world.m2m_tokens, secret);
  if (!token || (machine && !std::ranges::contains(token->scopes, machine->id)))
    return std::unexpected(token_not_found());
  return to_json(call.world, *token);
}

}  // namespace postern::emulator::m2m_tokens
