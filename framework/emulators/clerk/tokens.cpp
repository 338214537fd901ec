#include "emulators/clerk/tokens.hpp"

#include <algorithm>
#include <string_view>

#include "emulators/clerk/template_claims.hpp"

namespace postern::emulator {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view session_category = "cl_B7d4PD111AAA";
constexpr std::string_view template_category = "cl_B7d4PD222AAA";
constexpr auto default_lifetime = 60s;
constexpr auto not_before_margin = 10s;

json::Object header(std::string_view category) { return {{"cat", category}, {"typ", "JWT"}}; }

// The claims that every token of a user has, and that no template may override.
json::Object user_claims(World& world, const Session& session, const MintOptions& options,
                         std::chrono::seconds lifetime, std::chrono::seconds margin) {
  const std::int64_t issued_at = to_unix_seconds(world.now());
  json::Object claims{{"exp", issued_at + lifetime.count()}, {"iat", issued_at},
                      {"iss", world.settings().issuer()},    {"jti", world.new_token()},
                      {"nbf", issued_at - margin.count()},   {"sub", session.user_id}};
  if (!options.authorized_party.empty()) claims["azp"] = options.authorized_party;
  return claims;
}

// Permissions as version 2 packs them: `per` names them, and of each feature `fpm` has a number whose bits say which of
// these are held.
void pack_permissions(json::Object& claim, const std::vector<std::string>& features,
                      const std::vector<std::string>& held) {
  std::vector<std::string> names, numbers;
  for (const std::string& permission : held) {
    const std::string name = permission.substr(permission.rfind(':') + 1);
    if (!std::ranges::contains(names, name)) names.push_back(name);
  }
  for (const std::string& feature : features) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (std::ranges::contains(held, "org:" + feature + ":" + names[i])) bits |= std::uint64_t{1} << i;
    }
    numbers.push_back(std::to_string(bits));
  }
  if (names.empty() || numbers.empty()) return;
  claim["per"] = joined(names, ',');
  claim["fpm"] = joined(numbers, ',');
}

// The active organization, and what is paid for by whom (clerk.md 2.2).
void add_rights(World& world, const Session& session, json::Object& claims) {
  std::vector<std::string> plans, features;
  const auto subscribe = [&](std::string_view scope, const Subscription& subscription) {
    if (!subscription.plan.empty()) plans.push_back(std::string{scope} + subscription.plan);
    for (const std::string& feature : subscription.features) features.push_back(std::string{scope} + feature);
  };
  const std::string_view organization_id = session.organization_id ? *session.organization_id : std::string_view{};
  const Organization* organization = find(world.organizations, organization_id);
  const Membership* membership = world.find_membership(organization_id, session.user_id);
  if (organization && membership) {
    const std::string role = membership->role.starts_with("org:") ? membership->role.substr(4) : membership->role;
    json::Object claim{{"id", organization->id}, {"slg", organization->slug}, {"rol", role}};
    pack_permissions(claim, organization->subscription.features, membership->permissions);
    claims["o"] = std::move(claim);
    subscribe("o:", organization->subscription);
  }
  if (const User* user = find(world.users, session.user_id)) subscribe("u:", user->subscription);
  if (!plans.empty()) claims["pla"] = joined(plans, ',');
  if (!features.empty()) claims["fea"] = joined(features, ',');
}

}  // namespace

std::string mint_session_token(World& world, const Session& session, const MintOptions& options) {
  json::Object claims =
      user_claims(world, session, options, options.lifetime.value_or(default_lifetime), not_before_margin);
  claims["sid"] = session.id;
  claims["sts"] = to_string(session.status);
  if (session.actor) claims["act"] = *session.actor;
  claims["v"] = 2;
  const auto since_sign_in = std::chrono::duration_cast<std::chrono::minutes>(world.now() - session.created_at);
  claims["fva"] = json::Array{since_sign_in.count(), -1};
  add_rights(world, session, claims);
  return world.key().sign(header(session_category), claims);
}

std::string mint_template_token(World& world, const Session& session, const JwtTemplate& jwt_template,
                                const MintOptions& options) {
  const TemplateSubject subject{
      .user = find(world.users, session.user_id),
      .organization = session.organization_id ? find(world.organizations, *session.organization_id) : nullptr,
      .membership =
          session.organization_id ? world.find_membership(*session.organization_id, session.user_id) : nullptr,
      .actor = session.actor ? &*session.actor : nullptr};
  json::Object claims = fill_in(jwt_template.claims, subject);
  for (const auto& claim : user_claims(world, session, options, options.lifetime.value_or(jwt_template.lifetime),
                                       jwt_template.allowed_clock_skew)) {
    claims[claim.key()] = claim.value();
  }
  return world.key().sign(header(template_category), claims);
}

std::string mint_handshake_token(World& world, const std::vector<std::string>& directives) {
  json::Array cookies;
  for (const std::string& directive : directives) cookies.push_back(json::Value(directive));
  return world.key().sign(header(session_category), {{"handshake", std::move(cookies)}});
}

}  // namespace postern::emulator
