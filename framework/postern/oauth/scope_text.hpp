// Scopes as one string with spaces between (RFC 6749 sec. 3.3), and back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/oauth/settings.hpp"

namespace postern::oauth {

[[nodiscard]] inline std::string scope_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : " ").append(name);
  return text;
}
[[nodiscard]] inline std::string scope_text(const std::vector<Scope>& scopes) {
  std::string text;
  for (const Scope& scope : scopes) text.append(text.empty() ? "" : " ").append(scope.name);
  return text;
}

// Each name once. Nullopt if a character is in it that no scope may have.
[[nodiscard]] inline std::optional<std::vector<std::string>> parse_scope_text(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), name.size() + 1));
    const bool well_formed =
        std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; });
    if (!well_formed) return std::nullopt;
    if (!name.empty() && !std::ranges::contains(names, name)) names.emplace_back(name);
  }
  return names;
}

}  // namespace postern::oauth
