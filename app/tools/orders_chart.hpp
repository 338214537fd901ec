// What the signed-in user spent, month by month, as a picture with its figures. Copy it for any other chart.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/tools/all_orders.hpp"
#include "app/tools/order.hpp"
#include "app/tools/png.hpp"
#include "postern/mcp.hpp"

namespace app {

namespace mcp = postern::mcp;

// One bar for each, in this order; none for what is not above zero.
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

struct OrdersChart {
  std::optional<std::string> currency;

  static constexpr auto schema = mcp::fields(mcp::field<&OrdersChart::currency>(
      "Which to draw, such as EUR: needed if the user has orders in several", mcp::length{3, 3}));
};

// One currency, for a sum of several would be of none. Which of them, only the user can say: so it fails, in words that
// the assistant can act on.
inline mcp::Task<mcp::Result<std::vector<mcp::Content>>> orders_chart(OrdersChart in, mcp::Call& call) {
  CO_TRY(const std::vector<Order> orders, co_await all_orders(call));
  std::map<std::string, std::map<std::string, std::int64_t>> months_by_currency;
  for (const Order& order : orders) {
    const bool counts =
        order.status != OrderStatus::cancelled && order.currency == in.currency.value_or(order.currency);
    if (counts) months_by_currency[order.currency][order.placed_on.substr(0, 7)] += order.total_cents;
  }
  if (months_by_currency.empty()) co_return std::vector<mcp::Content>{mcp::Text{"There are no such orders yet."}};
  if (months_by_currency.size() > 1) {
    std::string names;
    for (const auto& [currency, months] : months_by_currency) names += (names.empty() ? "" : ", ") + currency;
    co_return mcp::fail(mcp::Error::Kind::invalid,
                        "The user has orders in several currencies (" + names + "). Say which one to draw.");
  }

  const auto& [currency, months] = *months_by_currency.begin();
  std::string figures = "Spent each month, in " + currency + ", from left to right:";
  std::vector<std::int64_t> bars;
  for (const auto& [month, cents] : months) {
    figures += "\n" + month + ": " + decimal(cents);
    bars.push_back(cents);
  }
  co_return std::vector<mcp::Content>{mcp::Text{std::move(figures)},
                                      mcp::Image{.bytes = draw_bars(bars), .mime_type = "image/png"}};
}

}  // namespace app
