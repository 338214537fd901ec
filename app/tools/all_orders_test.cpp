#include "app/tools/all_orders.hpp"

#include <doctest/doctest.h>

#include "postern/testing/tool_test.hpp"

using postern::http::Method;

TEST_CASE("amounts keep their sign and both of their decimals") {
  CHECK(app::decimal(1205) == "12.05");
  CHECK(app::decimal(-1205) == "-12.05");
  CHECK(app::decimal(-5) == "-0.05");
  CHECK(app::decimal(-50) == "-0.50");
  CHECK(app::decimal(0) == "0.00");
}

TEST_CASE("all orders are read to the last page, and pages without end are given up") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/orders?limit=100", 200, R"({"next_cursor":"c","orders":[]})");
  test.app_answers(Method::get, "/api/orders?limit=100&cursor=c", 200, R"({"next_cursor":"c","orders":[]})");
  const auto endless = postern::run_ready(app::all_orders(test.call()));
  REQUIRE_FALSE(endless);
  CHECK(endless.error().kind == postern::Error::Kind::limited);
  CHECK(test.app_requests().size() == app::order_pages_max);

  test.app_answers(Method::get, "/api/orders?limit=100&cursor=c", 200, R"({"orders":[
    {"id":"1","status":"paid","placed_on":"2026-11-02","total_cents":1,"currency":"EUR","items":[]}]})");
  CHECK(postern::run_ready(app::all_orders(test.call()))->size() == 1);
}
