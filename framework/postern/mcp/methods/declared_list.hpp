// `tools/list`, `prompts/list`, `resources/list`, `resources/templates/list`: everything that the caller is to know of,
// in the order of its declaration, page by page (2026-07-28, server/utilities/pagination).
//
// Each item is written once, at the start, as the text that will be sent. A cursor is a place among all items, so it
// means the same to every caller and on every instance that runs the same app.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postern/base/principal.hpp"
#include "postern/mcp/methods/cache_hint.hpp"
#include "postern/mcp/methods/method.hpp"

namespace postern::mcp {

class DeclaredList {
 public:
  struct Item {
    const Declaration* declaration;
    std::string text;
  };

  // `member` is what the result calls its items: "tools". What the items point to outlives the list.
  DeclaredList(std::string_view member, std::vector<Item> items, const App& app, Revision revision);

  // The page that params.cursor asks for, or the first.
  [[nodiscard]] MethodOutcome list(const json::Object& params, const Principal* caller) const;

 private:
  [[nodiscard]] std::string cursor_to(std::size_t item) const;
  [[nodiscard]] std::size_t place_of(std::string_view cursor) const;

  std::string_view member_;
  std::vector<Item> items_;
  CacheScope scope_;
  std::string end_;
};

[[nodiscard]] DeclaredList list_tools(const App& app, Revision revision);
[[nodiscard]] DeclaredList list_prompts(const App& app, Revision revision);
[[nodiscard]] DeclaredList list_resources(const App& app, Revision revision);
[[nodiscard]] DeclaredList list_resource_templates(const App& app, Revision revision);

}  // namespace postern::mcp
