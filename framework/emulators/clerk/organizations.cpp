#include "emulators/clerk/organizations.hpp"

#include <algorithm>

#include "emulators/clerk/users.hpp"

namespace postern::emulator::organizations {

namespace {

json::Object to_json(World& world, const Organization& organization) {
  const auto members = std::ranges::count_if(
      world.memberships, [&](const auto& entry) { return entry.second.organization_id == organization.id; });
  return {{"object", "organization"},
          {"id", organization.id},
          {"name", organization.name},
          {"slug", organization.slug},
          {"has_image", false},
          {"image_url", ""},
          {"members_count", members},
          {"max_allowed_memberships", 100},
          {"admin_delete_enabled", true},
          {"public_metadata", organization.public_metadata},
          {"private_metadata", json::Object{}},
          {"created_at", milliseconds(organization.created_at)},
          {"updated_at", milliseconds(organization.updated_at)}};
}

// Clerk's system permissions, which the two roles of every instance have and session tokens do not carry, and then
// those that the lever gave.
json::Array permissions_of(const Membership& membership) {
  json::Array permissions{"org:sys_billing:read", "org:sys_memberships:read"};
  if (membership.role == "org:admin") {
    permissions = {"org:sys_billing:manage", "org:sys_billing:read",       "org:sys_domains:manage",
                   "org:sys_domains:read",   "org:sys_memberships:manage", "org:sys_memberships:read",
                   "org:sys_profile:delete", "org:sys_profile:manage"};
  }
  for (const std::string& permission : membership.permissions) permissions.emplace_back(permission);
  return permissions;
}

json::Value to_json(World& world, const Membership& membership) {
  const Organization* organization = find(world.organizations, membership.organization_id);
  const User* user = find(world.users, membership.user_id);
  if (!organization || !user) return nullptr;  // cannot be: both are removed together with their memberships
  const json::Value identifier =
      user->email_addresses.empty() ? or_null(user->username) : json::Value(user->email_addresses.front().text);
  return json::Object{{"object", "organization_membership"},
                      {"id", membership.id},
                      {"role", membership.role},
                      {"role_name", membership.role == "org:admin" ? "Admin" : "Member"},
                      {"permissions", permissions_of(membership)},
                      {"public_metadata", json::Object{}},
                      {"private_metadata", json::Object{}},
                      {"organization", to_json(world, *organization)},
                      {"public_user_data", json::Object{{"user_id", user->id},
                                                        {"first_name", or_null(user->first_name)},
                                                        {"last_name", or_null(user->last_name)},
                                                        {"profile_image_url", ""},
                                                        {"image_url", ""},
                                                        {"has_image", false},
                                                        {"identifier", identifier},
                                                        {"username", or_null(user->username)}}},
                      {"created_at", milliseconds(membership.created_at)},
                      {"updated_at", milliseconds(membership.updated_at)}};
}

// Admins, members: the two roles that an instance has from the start.
Read<void> check_role(std::string_view role) {
  if (role == "org:admin" || role == "org:member") return {};
  return std::unexpected(ApiError::invalid("role", "must be org:admin or org:member"));
}

Answer show(Call& call, const std::vector<const Membership*>& found) {
  TRY(auto page, read_page(call.query));
  return paginated(slice(found, page, [&](const Membership* membership) { return to_json(call.world, *membership); }),
                   found.size());
}

Membership& join(World& world, std::string_view organization_id, std::string_view user_id, std::string role) {
  Membership made{.id = world.new_id("orgmem_"),
                  .organization_id = std::string(organization_id),
                  .user_id = std::string(user_id),
                  .role = std::move(role),
                  .created_at = world.now(),
                  .updated_at = world.now()};
  return world.memberships.emplace(made.id, made).first->second;
}

// "Acme Labs, Inc." -> "acme-labs-inc"
std::string slug_of(std::string_view name) {
  std::string slug;
  for (const char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain) slug += lower;
    if (!plain && !slug.empty() && slug.back() != '-') slug += '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

Answer changed(Call& call, Membership& membership) {
  membership.updated_at = call.world.now();
  const json::Value answer = to_json(call.world, membership);
  call.world.emit("organizationMembership.updated", answer.as_object());
  return answer.as_object();
}

}  // namespace

Read<Organization*> find_organization(Call& call) {
  const std::string_view id = call.path.get("organization");
  if (Organization* found = call.world.find_organization(id)) return found;
  return std::unexpected(
      ApiError::not_found("Organization not found", "No organization was found with id or slug " + std::string(id)));
}

Read<Membership*> find_membership(Call& call) {
  TRY(const Organization* organization, find_organization(call));
  const Membership* found = call.world.find_membership(organization->id, call.path.get("user_id"));
  if (found) return find(call.world.memberships, found->id);
  return std::unexpected(ApiError::not_found("Resource not found", "The user is no member of the organization."));
}

Answer list(Call& call) {
  TRY(auto page, read_page(call.query));
  const std::string query = query_value(call.query, "query");
  const auto user_ids = query_values(call.query, "user_id");
  std::vector<const Organization*> found;
  for (const auto& [id, organization] : call.world.organizations) {
    const bool named = query.empty() || id == query || organization.slug == query || organization.name.contains(query);
    const bool joined = user_ids.empty() || std::ranges::any_of(user_ids, [&](const auto& user_id) {
                          return call.world.find_membership(id, user_id) != nullptr;
                        });
    if (named && joined) found.push_back(&organization);
  }
  return paginated(slice(found, page, [&](const Organization* one) { return to_json(call.world, *one); }),
                   found.size());
}

Answer get(Call& call) {
  TRY(Organization * organization, find_organization(call));
  return to_json(call.world, *organization);
}

Answer create(Call& call) {
  if (World::full(call.world.organizations)) return std::unexpected(ApiError::too_many("organizations"));
  TRY(auto name, required_text(call.body, "name"));
  TRY(auto slug, optional_text(call.body, "slug"));
  TRY(auto created_by, optional_text(call.body, "created_by"));
  TRY(auto public_metadata, optional_object(call.body, "public_metadata"));
  if (created_by && !find(call.world.users, *created_by)) return std::unexpected(users::user_not_found(*created_by));
  Organization made{.id = call.world.new_id("org_"),
                    .name = name,
                    .slug = slug.value_or(slug_of(name)),
                    .public_metadata = std::move(public_metadata),
                    .created_at = call.world.now(),
                    .updated_at = call.world.now()};
  if (call.world.find_organization(made.slug)) {
    return std::unexpected(ApiError{.status = 422,
                                    .code = "form_identifier_exists",
                                    .message = "That slug is taken. Please try another.",
                                    .long_message = "That slug is taken. Please try another.",
                                    .param_name = "slug"});
  }
  const Organization& kept = call.world.organizations.emplace(made.id, made).first->second;
  if (created_by) join(call.world, kept.id, *created_by, "org:admin");
  return to_json(call.world, kept);
}

Answer remove(Call& call) {
  TRY(Organization * organization, find_organization(call));
  const std::string id = organization->id;
  std::erase_if(call.world.memberships, [&](const auto& entry) { return entry.second.organization_id == id; });
  call.world.organizations.erase(id);
  json::Object answer = deleted("organization", id);
  call.world.emit("organization.deleted", answer);
  return answer;
}

Answer memberships(Call& call) {
  TRY(Organization * organization, find_organization(call));
  const auto roles = query_values(call.query, "role");
  const auto user_ids = query_values(call.query, "user_id");
  std::vector<const Membership*> found;
  for (const auto& [id, membership] : call.world.memberships) {
    if (membership.organization_id != organization->id) continue;
    if (!roles.empty() && !std::ranges::contains(roles, membership.role)) continue;
    if (!user_ids.empty() && !std::ranges::contains(user_ids, membership.user_id)) continue;
    found.push_back(&membership);
  }
  return show(call, found);
}

Answer add_membership(Call& call) {
  TRY(Organization * organization, find_organization(call));
  TRY(auto user_id, required_text(call.body, "user_id"));
  TRY(auto role, required_text(call.body, "role"));
  TRY(check_role(role));
  if (!find(call.world.users, user_id)) return std::unexpected(users::user_not_found(user_id));
  if (World::full(call.world.memberships)) return std::unexpected(ApiError::too_many("memberships"));
  if (call.world.find_membership(organization->id, user_id)) {
    return std::unexpected(ApiError{.status = 400,
                                    .code = "already_a_member_in_organization",
                                    .message = "already a member",
                                    .long_message = "User " + user_id + " is already a member of the organization."});
  }
  return to_json(call.world, join(call.world, organization->id, user_id, std::move(role)));
}

Answer update_membership(Call& call) {
  TRY(Membership * membership, find_membership(call));
  TRY(auto role, required_text(call.body, "role"));
  TRY(check_role(role));
  membership->role = std::move(role);
  return changed(call, *membership);
}

Answer set_permissions(Call& call) {
  TRY(Membership * membership, find_membership(call));
  TRY(membership->permissions, optional_texts(call.body, "permissions"));
  return changed(call, *membership);
}

Answer remove_membership(Call& call) {
  TRY(const Membership* membership, find_membership(call));
  const json::Value answer = to_json(call.world, *membership);
  call.world.memberships.erase(membership->id);
  call.world.emit("organizationMembership.deleted", answer.as_object());
  return answer.as_object();
}

Answer memberships_of_user(Call& call) {
  TRY(User * user, users::find_user(call));
  std::vector<const Membership*> found;
  for (const auto& [id, membership] : call.world.memberships) {
    if (membership.user_id == user->id) found.push_back(&membership);
  }
  return show(call, found);
}

}  // namespace postern::emulator::organizations
