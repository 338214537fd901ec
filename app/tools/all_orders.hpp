// The signed-in user's orders, page by page, for what needs all of them: an export, a chart.
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/tools/search_orders.hpp"
#include "postern/mcp.hpp"

namespace app {

namespace mcp = postern::mcp;

// However the app answers, this many requests are enough. Whoever has more orders than fits is told, and not given a
// part of them as if it were all.
inline constexpr int order_pages_max = 50;

// Says how far it is, for it may take long.
inline mcp::Task<mcp::Result<std::vector<Order>>> all_orders(mcp::Call& call) {
  std::vector<Order> all;
  std::optional<std::string> cursor;
  for (int page = 0; page < order_pages_max; ++page) {
    CO_TRY(Orders found, co_await call.api().get<Orders>("/api/orders", {{"limit", 100}, {"cursor", cursor}}));
    std::ranges::move(found.orders, std::back_inserter(all));
    call.progress(static_cast<double>(all.size()), std::nullopt, std::to_string(all.size()) + " orders");
    if (!found.next_cursor) co_return all;
    cursor = std::move(found.next_cursor);
  }
  co_return mcp::fail(mcp::Error::Kind::limited,
                      "There are more orders than can be read at once. Use search_orders to find some of them.");
}

}  // namespace app
