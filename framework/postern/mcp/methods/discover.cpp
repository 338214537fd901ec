#include "postern/mcp/methods/discover.hpp"

#include <chrono>
#include <ranges>

#include "postern/base/limits.hpp"
#include "postern/mcp/methods/cache_hint.hpp"

namespace postern::mcp {

json::Array supported_versions() {
  json::Array versions;
  for (const RevisionRules& rules : std::views::reverse(revision_rules)) versions.emplace_back(rules.date);
  return versions;
}

std::string discover(const App& app, Revision revision, const json::Object& capabilities) {
  json::Object result{{"supportedVersions", supported_versions()}, {"capabilities", capabilities}};
  if (!app.instructions().empty()) result.emplace("instructions", app.instructions());
  add_cache_hint(result, CacheScope::everyone);
  return finish_result(json::serialize(result), result_end(server_info_with_icons(app, revision), "complete"));
}

}  // namespace postern::mcp
