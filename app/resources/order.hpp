// One order as a resource, acme://orders/{id}: for people who point their assistant at it, and for tools that link to
// it.
#pragma once

#include <string>
#include <vector>

#include "app/tools/search_orders.hpp"
#include "postern/mcp.hpp"

namespace app {

namespace mcp = postern::mcp;

struct OrderUri {
  std::string id;
};

inline mcp::Task<mcp::Result<Order>> read_order(OrderUri in, mcp::Call& call) {
  co_return co_await call.api().get<Order>(mcp::path("/api/orders/{}", in.id));
}

// Those of the user's first hundred orders whose ids begin with what is typed: for the resource, and for prompts that
// take an order. No more pages, for it is asked at every key; an app that can look for the beginning of an id should.
inline mcp::Task<mcp::Result<std::vector<std::string>>> complete_order_id(mcp::Completion typed, mcp::Call& call) {
  CO_TRY(const Orders found, co_await call.api().get<Orders>("/api/orders", {{"limit", 100}}));
  std::vector<std::string> ids;
  for (const Order& order : found.orders) {
    if (order.id.starts_with(typed.value)) ids.push_back(order.id);
  }
  co_return ids;
}

}  // namespace app
