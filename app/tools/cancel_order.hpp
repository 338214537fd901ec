// Cancels one order. Destructive, so assistants ask before they call it; the app refuses what has already shipped.
#pragma once

#include <string>

#include "app/tools/order.hpp"
#include "postern/mcp.hpp"

namespace app {

namespace mcp = postern::mcp;

struct CancelOrder {
  std::string order_id;

  static constexpr auto schema =
      mcp::fields(mcp::field<&CancelOrder::order_id>("The order's id, as search_orders gives it", mcp::length{1, 64}));
};

inline mcp::Task<mcp::Result<Order>> cancel_order(CancelOrder in, mcp::Call& call) {
  co_return co_await call.api().post<Order>(mcp::path("/api/orders/{}/cancel", in.order_id));
}

}  // namespace app
