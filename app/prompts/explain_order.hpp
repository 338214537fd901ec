// A prompt: what a person picks from a menu, with the order filled in as they type.
#pragma once

#include <string>
#include <vector>

#include "app/tools/order.hpp"
#include "postern/mcp.hpp"

namespace app {

namespace mcp = postern::mcp;

struct ExplainOrder {
  std::string order_id;

  static constexpr auto schema = mcp::fields(mcp::field<&ExplainOrder::order_id>("Which order", mcp::length{1, 64}));
};

inline mcp::Task<mcp::Result<std::vector<mcp::PromptMessage>>> explain_order(ExplainOrder in, mcp::Call& call) {
  CO_TRY(const Order order, co_await call.api().get<Order>(mcp::path("/api/orders/{}", in.order_id)));
  co_return std::vector<mcp::PromptMessage>{
      {mcp::EmbeddedText{"acme://orders/" + order.id, "application/json", postern::json::encode(order)}},
      {mcp::Text{"Explain this order to me: what I bought, what it cost, and what happens next."}}};
}

}  // namespace app
