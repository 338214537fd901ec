#include "emulators/clerk/api_keys.hpp"

#include <utility>

#include "emulators/clerk/issued_tokens.hpp"
#include "emulators/clerk/users.hpp"

namespace postern::emulator::api_keys {

namespace {

constexpr std::int64_t lifetime_max = 315'360'000;

json::Object to_json(const World& world, const ApiKey& key) {
  json::Object object = emulator::to_json(world, key, "api_key", TimeUnit::milliseconds);
  object["type"] = "api_key";
  object["name"] = key.name;
  object["description"] = or_null(key.description);
  object["claims"] = key.claims ? json::Value(*key.claims) : json::Value(nullptr);
  object["created_by"] = or_null(key.created_by);
  object["last_used_at"] = nullptr;
  return object;
}

Read<ApiKey*> find_key(Call& call) {
  const std::string_view id = call.path.get("api_key_id");
  if (ApiKey* key = find(call.world.api_keys, id)) return key;
  return std::unexpected(ApiError::not_found("API key not found", "No API key was found with id " + std::string(id)));
}

}  // namespace

Answer create(Call& call) {
  World& world = call.world;
  if (World::full(world.api_keys)) return std::unexpected(ApiError::too_many("API keys"));
  ApiKey key;
  TRY(key.name, required_text(call.body, "name"));
  TRY(key.subject, required_text(call.body, "subject"));
  if (!find(world.users, key.subject) && !find(world.organizations, key.subject))
    return std::unexpected(ApiError::invalid("subject", "names no user and no organization"));
  TRY(key.description, optional_text(call.body, "description"));
  TRY(key.scopes, optional_texts(call.body, "scopes"));
  TRY(key.created_by, optional_text(call.body, "created_by"));
  TRY(auto claims, optional_object(call.body, "claims"));
  if (!claims.empty()) key.claims = std::move(claims);
  TRY(const auto lifetime, optional_number(call.body, "seconds_until_expiration", 1, lifetime_max));
  fill_in(world, key, "ak_", lifetime);
  json::Object object = to_json(world, key);
  object["secret"] = key.secret;
  world.api_keys.emplace(key.id, std::move(key));
  return object;
}

Answer list(Call& call) {
  const std::string subject = query_value(call.query, "subject");
  if (subject.empty()) return std::unexpected(ApiError::missing("subject"));
  TRY(const Page page, read_page(call.query));
  std::vector<const ApiKey*> keys;
  for (const auto& [id, key] : call.world.api_keys)
    if (key.subject == subject) keys.push_back(&key);
  return paginated(slice(keys, page, [&](const ApiKey* key) { return to_json(call.world, *key); }), keys.size());
}

Answer get(Call& call) {
  TRY(const ApiKey* key, find_key(call));
  return to_json(call.world, *key);
}

Answer remove(Call& call) {
  TRY(const ApiKey* key, find_key(call));
  const std::string id = key->id;
  call.world.api_keys.erase(id);
  return deleted("api_key", id);
}

Answer revoke(Call& call) {
  TRY(ApiKey * key, find_key(call));
  TRY(emulator::revoke(call, *key));
  return to_json(call.world, *key);
}

Answer verify(Call& call) {
  TRY(const auto secret, required_text(call.body, "secret"));
  const ApiKey* key = find_by_secret(call.world.api_keys, secret);
  if (!key) return std::unexpected(token_not_found());
  return to_json(call.world, *key);
}

}  // namespace postern::emulator::api_keys
