// What the signed-in user spent, month by month, as a picture with its figures. Copy it for any other chart.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "app/tools/png.hpp"
#include "app/tools/search_orders.hpp"
#include "postern/mcp.hpp"

namespace app {

// One bar for each, in this order.
inline std::string draw_bars(const std::vector<std::int64_t>& values) {
  constexpr int bar = 36, gap = 12, height = 200;
  Picture picture{gap + static_cast<int>(values.size()) * (bar + gap), height + 2 * gap};
  const std::int64_t most = std::max<std::int64_t>(1, std::ranges::max(values));
  for (int i = 0; i < static_cast<int>(values.size()); ++i) {
    const int high = static_cast<int>(values[static_cast<std::size_t>(i)] * height / most);
    picture.fill(gap + i * (bar + gap), gap + height - high, bar, high, {37, 99, 235});
  }
  return picture.to_png();
}

inline postern::Task<postern::Result<std::vector<mcp::Content>>> orders_chart(mcp::Call& call) {
  CO_TRY(const Orders found, co_await call.api().get<Orders>("/api/orders", {{"limit", 100}}));
  std::map<std::string, std::int64_t> cents_by_month;
  for (const Order& order : found.orders) {
    if (order.status != OrderStatus::cancelled) cents_by_month[order.placed_on.substr(0, 7)] += order.total_cents;
  }
  if (cents_by_month.empty()) co_return std::vector<mcp::Content>{mcp::Text{"There are no orders yet."}};

  std::string figures = "Spent each month, from left to right:";
  std::vector<std::int64_t> bars;
  for (const auto& [month, cents] : cents_by_month) {
    figures += "\n" + month + ": " + decimal(cents);
    bars.push_back(cents);
  }
  co_return std::vector<mcp::Content>{mcp::Text{std::move(figures)},
                                      mcp::Image{.bytes = draw_bars(bars), .mime_type = "image/png"}};
}

}  // namespace app
