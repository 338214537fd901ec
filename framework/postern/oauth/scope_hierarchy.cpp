#include "postern/oauth/scope_hierarchy.hpp"

#include <algorithm>
#include <utility>

namespace postern::oauth {

std::vector<std::string> with_included(const std::vector<Scope>& scopes, std::vector<std::string> names) {
  for (const Scope& scope : scopes) {
    if (!std::ranges::contains(names, scope.name)) continue;
    for (const std::string& included : scope.includes)
      if (!std::ranges::contains(names, included)) names.push_back(included);
  }
  return names;
}

std::vector<std::string> without_included(const std::vector<Scope>& scopes, const std::vector<std::string>& names) {
  std::vector<std::string> least;
  for (const Scope& scope : scopes) {
    const auto covers = [&](const Scope& other) {
      return std::ranges::contains(names, other.name) && std::ranges::contains(other.includes, scope.name);
    };
    if (std::ranges::contains(names, scope.name) && std::ranges::none_of(scopes, covers)) least.push_back(scope.name);
  }
  return least;
}

}  // namespace postern::oauth
