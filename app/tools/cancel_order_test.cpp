#include "app/tools/cancel_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "postern/testing/tool_test.hpp"

using postern::http::Method;

TEST_CASE("cancel_order gives the order as it is now") {
  postern::testing::ToolTest test;
  test.app_answers(
      Method::post, "/api/orders/ord_1/cancel", 200,
      R"({"id":"ord_1","status":"cancelled","placed_on":"2026-11-20","total_cents":1200,"currency":"EUR","items":[]})");
  const auto order = postern::run_ready(app::cancel_order({.order_id = "ord_1"}, test.call()));
  REQUIRE(order);
  CHECK(order->status == app::OrderStatus::cancelled);
}

TEST_CASE("cancel_order hands on the app's own words when it refuses") {
  postern::testing::ToolTest test;
  test.app_answers(Method::post, "/api/orders/ord_2/cancel", 409,
                   R"({"error":"conflict","message":"The order was shipped already and cannot be cancelled."})");
  const auto order = postern::run_ready(app::cancel_order({.order_id = "ord_2"}, test.call()));
  REQUIRE_FALSE(order);
  CHECK(order.error().kind == postern::Error::Kind::conflict);
  CHECK(order.error().message.contains("shipped already"));
}

TEST_CASE("an order id can never become another path") {
  postern::testing::ToolTest test;
  for (const char* id : {"../users", "..", "a/b", "a?x=", "a#b", "a\\b"}) {
    CAPTURE(id);
    CHECK_FALSE(postern::run_ready(app::cancel_order({.order_id = id}, test.call())));
  }
  for (const auto& request : test.app_requests()) {
    CHECK(std::ranges::count(request.path, '/') == 4);
    CHECK(request.path.starts_with("/api/orders/"));
    CHECK(request.path.ends_with("/cancel"));
  }
}
