#include "postern/mcp/methods/call_context.hpp"

#include <algorithm>

#include "postern/base/concat.hpp"

namespace postern::mcp {

std::string identity_of(const Principal& caller) {
  return concat(caller.account(), "\n", caller.actor, "\n", caller.client_id);
}

bool is_visible(const Declaration& declaration, const Principal* caller) {
  if (!declaration.is_guarded()) return true;
  if (!caller) return false;
  const auto all = [](const std::vector<std::string>& needed, const std::vector<std::string>& held) {
    return std::ranges::all_of(needed, [&](const std::string& each) { return std::ranges::contains(held, each); });
  };
  return (declaration.role.empty() || declaration.role == caller->role) &&
         all(declaration.permissions, caller->permissions) && all(declaration.features, caller->features) &&
         all(declaration.plans, caller->plans);
}

std::optional<Denied> check_access(const Declaration& declaration, const Principal* caller) {
  if (declaration.open_to_anyone) return std::nullopt;
  if (!caller) return Denied{Denied::Reason::sign_in, declaration.scopes};
  auto granted = [caller](const std::string& scope) { return caller->has_scope(scope); };
  if (!std::ranges::all_of(declaration.scopes, granted)) return Denied{Denied::Reason::scopes, declaration.scopes};
  return std::nullopt;
}

}  // namespace postern::mcp
