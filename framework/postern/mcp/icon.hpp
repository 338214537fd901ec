// A picture that clients show beside a name (2026-07-28, basic/index, icons). From 2025-11-25 on; others do not see it.
//
//   app.tool("search_orders", ...).icon({.src = "https://acme.test/search.svg", .mime_type = "image/svg+xml"});
#pragma once

#include <string>
#include <vector>

namespace postern::mcp {

struct Icon {
  std::string src;                   // https: or data:
  std::string mime_type{};           // if it is not plain from what `src` leads to
  std::vector<std::string> sizes{};  // "48x48", or "any"
  std::string theme{};               // "light" or "dark": the background that it is for; empty: either
};

}  // namespace postern::mcp
