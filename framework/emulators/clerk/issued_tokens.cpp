#include "emulators/clerk/issued_tokens.hpp"

namespace postern::emulator {

void fill_in(World& world, IssuedToken& token, std::string_view prefix, std::optional<std::int64_t> lifetime_seconds) {
  token.id = world.new_token_id(prefix);
  token.secret = std::string{prefix} + world.new_token();
  token.created_at = token.updated_at = world.now();
  if (lifetime_seconds) token.expires_at = world.now() + std::chrono::seconds{*lifetime_seconds};
}

json::Object to_json(const World& world, const IssuedToken& token, std::string_view object, TimeUnit unit) {
  const auto in_unit = [unit](TimePoint time) {
    return unit == TimeUnit::seconds ? to_unix_seconds(time) : milliseconds(time);
  };
  return {{"object", object},
          {"id", token.id},
          {"subject", token.subject},
          {"scopes", emulator::to_json(token.scopes)},
          {"revoked", token.revoked},
          {"revocation_reason", or_null(token.revocation_reason)},
          {"expired", token.expired(world.now())},
          {"expiration", token.expires_at ? json::Value(in_unit(*token.expires_at)) : json::Value(nullptr)},
          {"created_at", in_unit(token.created_at)},
          {"updated_at", in_unit(token.updated_at)}};
}

Read<void> revoke(Call& call, IssuedToken& token) {
  TRY(token.revocation_reason, optional_text(call.body, "revocation_reason"));
  token.revoked = true;
  token.updated_at = call.world.now();
  return {};
}

ApiError token_not_found() { return ApiError::not_found("Token not found", "No token was found with that secret."); }

}  // namespace postern::emulator
