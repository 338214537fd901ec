#include "app/tools/search_orders.hpp"

#include <doctest/doctest.h>

#include "postern/testing/tool_test.hpp"

using postern::http::Method;

TEST_CASE("search_orders passes on what was asked, encoded, and leaves out what was not") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/orders?q=blue+%26+green&status=open&limit=5", 200,
                   R"({"orders":[{"id":"ord_1","status":"open","placed_on":"2026-11-20","total_cents":1200,
                       "currency":"EUR","items":[{"name":"Lamp","quantity":2,"unit_price_cents":600}]}],"next_cursor":"c2"})");
  const auto found = postern::run_ready(
      app::search_orders({.query = "blue & green", .status = app::OrderStatus::open, .limit = 5}, test.call()));
  REQUIRE(found);
  REQUIRE(found->orders.size() == 1);
  CHECK(found->orders.front().status == app::OrderStatus::open);
  CHECK(found->orders.front().items.front().name == "Lamp");
  CHECK(found->next_cursor == "c2");
}

TEST_CASE("search_orders asks for 20 orders when nothing is said") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/orders?limit=20", 200, R"({"orders":[]})");
  CHECK(postern::run_ready(app::search_orders({}, test.call()))->orders.empty());
}
