#include "postern/clerk/session_claims.hpp"

#include <utility>

#include "postern/base/ensure.hpp"
#include "postern/clerk/actor.hpp"
#include "postern/clerk/permissions.hpp"

namespace postern::clerk {
namespace {

// clerk.md 2.1
constexpr std::string_view category_session = "cl_B7d4PD111AAA";
constexpr std::string_view category_any = "cl_I7d4PD111III";  // some instances stamp it on every class

std::unexpected<SessionTokenError> refuse(SessionTokenError error) { return std::unexpected(error); }

// Member `name` as text; empty if absent or null.
Result<std::string, SessionTokenError> find_text(const json::Object& object, std::string_view name) {
  const json::Value* value = json::find(object, name);
  if (value == nullptr || value->is_null()) return std::string{};
  const json::String* text = value->if_string();
  if (text == nullptr) return refuse(SessionTokenError::malformed_claims);
  return std::string{*text};
}

Result<std::optional<Organization>, SessionTokenError> read_organization_v1(const json::Object& claims) {
  Organization organization;
  TRY(organization.id, find_text(claims, "org_id"));
  if (organization.id.empty()) return std::nullopt;
  TRY(organization.slug, find_text(claims, "org_slug"));
  TRY(organization.role, find_text(claims, "org_role"));
  const json::Value* permissions = json::find(claims, "org_permissions");
  if (permissions == nullptr || permissions->is_null()) return organization;
  const json::Array* entries = permissions->if_array();
  if (entries == nullptr) return refuse(SessionTokenError::malformed_claims);
  for (const json::Value& entry : *entries) {
    const json::String* text = entry.if_string();
    if (text == nullptr) return refuse(SessionTokenError::malformed_claims);
    organization.permissions.emplace_back(*text);
  }
  return organization;
}

Result<std::optional<Organization>, SessionTokenError> read_organization_v2(const json::Object& claims) {
  const json::Value* value = json::find(claims, "o");
  if (value == nullptr || value->is_null()) return std::nullopt;
  const json::Object* members = value->if_object();
  if (members == nullptr) return refuse(SessionTokenError::malformed_claims);
  Organization organization;
  TRY(organization.id, find_text(*members, "id"));
  if (organization.id.empty()) return refuse(SessionTokenError::malformed_claims);
  TRY(organization.slug, find_text(*members, "slg"));
  TRY(const auto role, find_text(*members, "rol"));
  if (!role.empty()) organization.role = "org:" + role;
  TRY(const auto features, find_text(claims, "fea"));
  TRY(const auto permissions, find_text(*members, "per"));
  TRY(const auto map, find_text(*members, "fpm"));
  auto decoded = decode_permissions(features, permissions, map);
  if (!decoded) return refuse(SessionTokenError::malformed_claims);
  organization.permissions = *std::move(decoded);
  return organization;
}

Result<std::optional<Organization>, SessionTokenError> read_organization(const json::Object& claims) {
  const json::Value* version = json::find(claims, "v");
  if (version == nullptr) return read_organization_v1(claims);
  if (*version == 2) return read_organization_v2(claims);
  return refuse(SessionTokenError::malformed_claims);
}

// Absent on older tokens, and then taken as active.
Result<void, SessionTokenError> check_status(const json::Object& claims) {
  TRY(const auto status, find_text(claims, "sts"));
  if (status.empty() || status == "active") return {};
  return refuse(SessionTokenError::pending);
}

}  // namespace

Result<SessionClaims, SessionTokenError> read_session_claims(const jose::JwsHeader& header,
                                                             const jose::VerifiedJwt& jwt) {
  if (header.typ && *header.typ != "JWT") return refuse(SessionTokenError::wrong_type);
  if (header.cat && *header.cat != category_session && *header.cat != category_any)
    return refuse(SessionTokenError::wrong_category);

  const jose::RegisteredClaims& registered = jwt.registered();
  ensure(registered.issued_at.has_value());
  SessionClaims claims{.user_id = registered.subject,
                       .authorized_party = registered.authorized_party,
                       .issued_at = *registered.issued_at,
                       .expires_at = registered.expires_at};
  if (!claims.user_id.starts_with("user_")) return refuse(SessionTokenError::not_a_user);
  TRY(claims.session_id, find_text(jwt.claims(), "sid"));
  if (!claims.session_id.starts_with("sess_")) return refuse(SessionTokenError::not_a_session);
  TRY(check_status(jwt.claims()));
  TRY(claims.organization, read_organization(jwt.claims()));
  if (json::find(jwt.claims(), "v") != nullptr) {
    TRY(claims.features, find_text(jwt.claims(), "fea"));
    TRY(claims.plans, find_text(jwt.claims(), "pla"));
  }
  auto actor = find_actor(jwt.claims(), "act");
  if (!actor) return refuse(SessionTokenError::malformed_claims);
  claims.actor = *std::move(actor);
  return claims;
}

}  // namespace postern::clerk
