#include "postern/mcp/methods/call_context.hpp"

#include <algorithm>

namespace postern::mcp {

bool is_visible(const Declaration& declaration, const Principal* caller) {
  if (declaration.role.empty() && declaration.permissions.empty()) return true;
  if (!caller) return false;
  auto held = [caller](const std::string& permission) { return caller->has_permission(permission); };
  return (declaration.role.empty() || declaration.role == caller->role) &&
         std::ranges::all_of(declaration.permissions, held);
}

std::optional<Denied> check_access(const Declaration& declaration, const Principal* caller) {
  if (declaration.open_to_anyone) return std::nullopt;
  if (!caller) return Denied{Denied::Reason::sign_in, declaration.scopes};
  auto granted = [caller](const std::string& scope) { return caller->has_scope(scope); };
  if (!std::ranges::all_of(declaration.scopes, granted)) return Denied{Denied::Reason::scopes, declaration.scopes};
  return std::nullopt;
}

}  // namespace postern::mcp
