#include "postern/mcp/app.hpp"

#include <algorithm>
#include <set>

#include "postern/base/concat.hpp"

namespace postern::mcp {

namespace {

// 2026-07-28, server/tools, tool names.
bool is_tool_name(std::string_view name) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, allowed);
}

// scope-token of RFC 6749 sec. 3.3.
bool is_scope_name(std::string_view name) {
  auto allowed = [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; };
  return !name.empty() && std::ranges::all_of(name, allowed);
}

}  // namespace

Result<void> App::check() const {
  std::set<std::string_view> scope_names;
  for (const Scope& scope : scopes_) {
    if (!is_scope_name(scope.name)) return fail(Error::Kind::invalid, "\"" + scope.name + "\" is no name for a scope.");
    if (!scope_names.insert(scope.name).second) {
      return fail(Error::Kind::invalid, "The scope \"" + scope.name + "\" is declared twice.");
    }
  }
  std::set<std::string_view> tool_names;
  for (const Tool& tool : tools_) {
    const std::string quoted = "The tool \"" + tool.name + "\"";
    if (!is_tool_name(tool.name)) {
      return fail(Error::Kind::invalid, quoted + " needs a name of 1 to 128 letters, digits, '_', '-' or '.'.");
    }
    if (!tool_names.insert(tool.name).second) return fail(Error::Kind::invalid, quoted + " is declared twice.");
    if (tool.access == Tool::Access::anyone && !tool.scopes.empty()) {
      return fail(Error::Kind::invalid, quoted + " is public, so it cannot need a scope.");
    }
    for (const std::string& scope : tool.scopes) {
      if (!scope_names.contains(scope)) {
        return fail(Error::Kind::invalid,
                    concat(quoted, " needs the scope \"", scope, "\", which the app does not declare."));
      }
    }
  }
  return {};
}

const Tool* App::find_tool(std::string_view name) const {
  auto found = std::ranges::find(tools_, name, &Tool::name);
  return found == tools_.end() ? nullptr : &*found;
}

}  // namespace postern::mcp
