// `tools/list`, `prompts/list`, `resources/list`, `resources/templates/list`: everything in the order of its
// declaration, page by page (2026-07-28, server/utilities/pagination).
//
// A list is the same for everybody: which scopes something needs is checked when it is used. So each page is made once,
// at the start, as the text that will be sent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postern/mcp/methods/method.hpp"

namespace postern::mcp {

class ListPages {
 public:
  // `member` is what the result calls its items: "tools".
  ListPages(std::string_view member, const json::Array& items, const App& app, Revision revision);

  // The page that params.cursor asks for, or the first.
  [[nodiscard]] MethodOutcome list(const json::Object& params) const;

 private:
  struct Page {
    std::string cursor;  // what leads here; the first has none
    std::string result;
  };
  std::vector<Page> pages_;
};

[[nodiscard]] ListPages list_tools(const App& app, Revision revision);
[[nodiscard]] ListPages list_prompts(const App& app, Revision revision);
[[nodiscard]] ListPages list_resources(const App& app, Revision revision);
[[nodiscard]] ListPages list_resource_templates(const App& app, Revision revision);

}  // namespace postern::mcp
