// The signed-in user's orders, with paging.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/tools/order.hpp"
#include "postern/mcp.hpp"

namespace app {

namespace mcp = postern::mcp;

struct SearchOrders {
  std::optional<std::string> query;
  std::optional<OrderStatus> status;
  int limit = 20;
  std::optional<std::string> cursor;

  static constexpr auto schema =
      mcp::fields(mcp::field<&SearchOrders::query>("Free text to look for in the items", mcp::length{1, 200}),
                  mcp::field<&SearchOrders::status>("Only orders in this state"),
                  mcp::field<&SearchOrders::limit>("How many to return", mcp::range{1, 100}),
                  mcp::field<&SearchOrders::cursor>("Where the last page ended: its next_cursor"));
};
struct Orders {
  std::vector<Order> orders;
  std::optional<std::string> next_cursor;
};

inline mcp::Task<mcp::Result<Orders>> search_orders(SearchOrders in, mcp::Call& call) {
  co_return co_await call.api().get<Orders>(
      "/api/orders", {{"q", in.query}, {"status", in.status}, {"limit", in.limit}, {"cursor", in.cursor}});
}

}  // namespace app
