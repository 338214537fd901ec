// `tools/list`: every tool, in the order of its declaration, page by page (2026-07-28, server/tools and
// server/utilities/pagination).
//
// The list is the same for everybody: which scopes a tool needs is checked when it is called. So each page is made
// once, at the start, as the text that will be sent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postern/mcp/methods/method.hpp"

namespace postern::mcp {

class ToolPages {
 public:
  ToolPages(const App& app, Revision revision);

  // The page that params.cursor asks for, or the first.
  [[nodiscard]] MethodOutcome list(const json::Object& params) const;

 private:
  struct Page {
    std::string cursor;  // what leads here; the first has none
    std::string result;
  };
  std::vector<Page> pages_;
};

}  // namespace postern::mcp
