#include "emulators/clerk/jwt_templates.hpp"

#include <algorithm>
#include <array>

namespace postern::emulator::jwt_templates {

namespace {

// Set by the instance in every token; a template may not name them (clerk.md 2.3).
constexpr std::array<std::string_view, 10> reserved_claims = {"azp", "exp", "iat", "iss", "jti",
                                                              "nbf", "sub", "sid", "v",   "pla"};

json::Object to_json(const JwtTemplate& jwt_template) {
  return {{"object", "jwt_template"},
          {"id", jwt_template.id},
          {"name", jwt_template.name},
          {"claims", jwt_template.claims},
          {"lifetime", jwt_template.lifetime.count()},
          {"allowed_clock_skew", jwt_template.allowed_clock_skew.count()},
          {"custom_signing_key", false},
          {"signing_algorithm", "RS256"},
          {"created_at", milliseconds(jwt_template.created_at)},
          {"updated_at", milliseconds(jwt_template.updated_at)}};
}

Read<JwtTemplate*> find_template(Call& call) {
  const std::string_view id = call.path.get("template_id");
  if (JwtTemplate* found = find(call.world.templates, id)) return found;
  return std::unexpected(
      ApiError::not_found("JWT template not found", "No JWT template was found with id " + std::string(id)));
}

Read<void> read_claims(const json::Object& body, JwtTemplate& jwt_template) {
  if (!json::find(body, "claims")) return {};
  TRY(jwt_template.claims, optional_object(body, "claims"));
  for (const auto& claim : jwt_template.claims) {
    if (!std::ranges::contains(reserved_claims, std::string_view(claim.key()))) continue;
    const std::string text = "You can't use the reserved claim: '" + std::string(claim.key()) + "'";
    return std::unexpected(ApiError{
        .status = 400, .code = "jwt_template_reserved_claim", .message = "reserved claim", .long_message = text});
  }
  return {};
}

// What create and update have in common: everything but that create insists on a name and claims.
Read<void> read_members(World& world, const json::Object& body, JwtTemplate& jwt_template) {
  if (json::find(body, "name")) {
    TRY(jwt_template.name, required_text(body, "name"));
  }
  TRY(read_claims(body, jwt_template));
  TRY(auto lifetime, optional_number(body, "lifetime", 30, 315'360'000));
  TRY(auto skew, optional_number(body, "allowed_clock_skew", 0, 300));
  TRY(auto custom_key, optional_flag(body, "custom_signing_key"));
  if (custom_key) return std::unexpected(ApiError::invalid("custom_signing_key", "is not supported by the emulator"));
  if (lifetime) jwt_template.lifetime = std::chrono::seconds{*lifetime};
  if (skew) jwt_template.allowed_clock_skew = std::chrono::seconds{*skew};
  const JwtTemplate* same_name = world.find_template(jwt_template.name);
  if (same_name && same_name->id != jwt_template.id) {
    return std::unexpected(ApiError{.status = 400,
                                    .code = "duplicate_record",
                                    .message = "duplicate record",
                                    .long_message = "A JWT template with this name already exists.",
                                    .param_name = "name"});
  }
  jwt_template.updated_at = world.now();
  return {};
}

}  // namespace

Answer list(Call& call) {
  TRY(auto page, read_page(call.query));
  std::vector<const JwtTemplate*> all;
  for (const auto& [id, jwt_template] : call.world.templates) all.push_back(&jwt_template);
  json::Array data = slice(all, page, [](const JwtTemplate* jwt_template) { return to_json(*jwt_template); });
  if (query_value(call.query, "paginated") == "true") return paginated(std::move(data), all.size());
  return data;
}

Answer get(Call& call) {
  TRY(JwtTemplate * jwt_template, find_template(call));
  return to_json(*jwt_template);
}

Answer create(Call& call) {
  if (World::full(call.world.templates)) return std::unexpected(ApiError::too_many("JWT templates"));
  TRY(auto name, required_text(call.body, "name"));
  if (!json::find(call.body, "claims")) return std::unexpected(ApiError::missing("claims"));
  JwtTemplate made{.id = call.world.new_id("jtmp_"), .name = std::move(name)};
  made.created_at = call.world.now();
  TRY(read_members(call.world, call.body, made));
  return to_json(call.world.templates.emplace(made.id, made).first->second);
}

Answer update(Call& call) {
  TRY(JwtTemplate * jwt_template, find_template(call));
  JwtTemplate changed = *jwt_template;
  TRY(read_members(call.world, call.body, changed));
  *jwt_template = std::move(changed);
  return to_json(*jwt_template);
}

Answer remove(Call& call) {
  TRY(JwtTemplate * jwt_template, find_template(call));
  const std::string id = jwt_template->id;
  call.world.templates.erase(id);
  return deleted("jwt_template", id);
}

}  // namespace postern::emulator::jwt_templates
