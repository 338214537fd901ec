#include "emulators/clerk/sign_in_tokens.hpp"

#include <algorithm>

#include "emulators/clerk/users.hpp"

namespace postern::emulator::sign_in_tokens {

namespace {

json::Object to_json(const World& world, const SignInToken& token) {
  json::Object object{{"object", token.actor ? "actor_token" : "sign_in_token"},
                      {"id", token.id},
                      {"user_id", token.user_id},
                      {"status", token.status},
                      {"created_at", milliseconds(token.created_at)},
                      {"updated_at", milliseconds(token.updated_at)}};
  if (token.actor) object["actor"] = *token.actor;
  if (token.status != "pending") return object;
  object["token"] = token.token;
  object["url"] = world.settings().issuer() + "/sign-in?__clerk_ticket=" + token.token;
  return object;
}

SignInToken* find_valid(World& world, std::string_view ticket) {
  const auto found =
      std::ranges::find_if(world.sign_in_tokens, [&](const auto& entry) { return entry.second.token == ticket; });
  if (found == world.sign_in_tokens.end()) return nullptr;
  SignInToken& token = found->second;
  return token.status == "pending" && token.expires_at > world.now() ? &token : nullptr;
}

Answer issue(Call& call, SignInToken token, std::int64_t lifetime_seconds) {
  World& world = call.world;
  if (World::full(world.sign_in_tokens)) return std::unexpected(ApiError::too_many("sign-in tokens"));
  TRY(token.user_id, required_text(call.body, "user_id"));
  TRY(const auto lifetime, optional_number(call.body, "expires_in_seconds", 1, 315'360'000));
  if (!find(world.users, token.user_id)) return std::unexpected(users::user_not_found(token.user_id));
  token.token = world.new_token();
  token.created_at = token.updated_at = world.now();
  token.expires_at = token.created_at + std::chrono::seconds{lifetime.value_or(lifetime_seconds)};
  return to_json(world, world.sign_in_tokens.emplace(token.id, token).first->second);
}

}  // namespace

Answer create(Call& call) { return issue(call, {.id = call.world.new_id("sit_")}, 2'592'000); }

Answer create_for_actor(Call& call) {
  SignInToken token{.id = call.world.new_id("act_")};
  const json::Value* actor = json::find(call.body, "actor");
  if (!actor) return std::unexpected(ApiError::missing("actor"));
  if (!actor->is_object() || !json::find_string(actor->get_object(), "sub"))
    return std::unexpected(ApiError::invalid("actor", "has no sub"));
  token.actor = actor->get_object();
  TRY(const auto lifetime, optional_number(call.body, "session_max_duration_in_seconds", 1, 315'360'000));
  token.session_lifetime = std::chrono::seconds{lifetime.value_or(1'800)};
  return issue(call, std::move(token), 3'600);
}

Answer revoke(Call& call) {
  const std::string_view id = call.path.get("token_id");
  SignInToken* token = find(call.world.sign_in_tokens, id);
  if (!token) {
    return std::unexpected(
        ApiError::not_found("Sign in token not found", "No sign in token was found with id " + std::string(id)));
  }
  token->status = "revoked";
  token->updated_at = call.world.now();
  return to_json(call.world, *token);
}

const SignInToken* redeem(World& world, std::string_view ticket) {
  SignInToken* token = find_valid(world, ticket);
  if (!token) return nullptr;
  token->status = "accepted";
  token->updated_at = world.now();
  return token;
}

const User* peek(World& world, std::string_view ticket) {
  const SignInToken* token = find_valid(world, ticket);
  return token ? find(world.users, token->user_id) : nullptr;
}

}  // namespace postern::emulator::sign_in_tokens
