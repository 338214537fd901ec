#include "app/prompts/explain_order.hpp"

#include <doctest/doctest.h>

#include "postern/testing/tool_test.hpp"

using postern::http::Method;
namespace mcp = postern::mcp;

TEST_CASE("explain_order brings the order along, and fails if there is none") {
  postern::testing::ToolTest test;
  test.app_answers(
      Method::get, "/api/orders/ord_1", 200,
      R"({"id":"ord_1","status":"paid","placed_on":"2026-11-02","total_cents":1200,"currency":"EUR","items":[]})");
  const auto messages = postern::run_ready(app::explain_order({.order_id = "ord_1"}, test.call()));
  REQUIRE(messages);
  REQUIRE(messages->size() == 2);
  const auto& order = std::get<mcp::EmbeddedText>(messages->at(0).content);
  CHECK(order.uri == "acme://orders/ord_1");
  CHECK(order.text.contains(R"("total_cents":1200)"));
  CHECK_FALSE(postern::run_ready(app::explain_order({.order_id = "ord_2"}, test.call())));
}
