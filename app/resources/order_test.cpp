#include "app/resources/order.hpp"

#include <doctest/doctest.h>

#include "postern/testing/tool_test.hpp"

using postern::http::Method;

TEST_CASE("an order is read from the app, and one that is not there is not found") {
  postern::testing::ToolTest test;
  test.app_answers(
      Method::get, "/api/orders/ord_1", 200,
      R"({"id":"ord_1","status":"paid","placed_on":"2026-11-02","total_cents":1200,"currency":"EUR","items":[]})");
  CHECK(postern::run_ready(app::read_order({"ord_1"}, test.call()))->total_cents == 1200);
  CHECK(postern::run_ready(app::read_order({"ord_2"}, test.call())).error().kind == postern::Error::Kind::not_found);
  CHECK_FALSE(postern::run_ready(app::read_order({"../users"}, test.call())));
}

TEST_CASE("an order's id is completed from the user's own") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/orders?limit=100", 200, R"({"orders":[
    {"id":"ord_17","status":"paid","placed_on":"2026-11-02","total_cents":1,"currency":"EUR","items":[]},
    {"id":"ord_2","status":"paid","placed_on":"2026-11-02","total_cents":1,"currency":"EUR","items":[]}]})");
  CHECK(*postern::run_ready(app::complete_order_id({.value = "ord_1"}, test.call())) ==
        std::vector<std::string>{"ord_17"});
  CHECK(postern::run_ready(app::complete_order_id({.value = ""}, test.call()))->size() == 2);
}
