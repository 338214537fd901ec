#include "app/tools/export_orders.hpp"

#include <doctest/doctest.h>

#include "postern/testing/tool_test.hpp"

using postern::http::Method;

TEST_CASE("export_orders goes through all pages, and says how far it is") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/orders?limit=100", 200, R"({"next_cursor":"c2","orders":[
    {"id":"ord_1","status":"paid","placed_on":"2026-11-02","total_cents":1205,"currency":"EUR","items":[]}]})");
  test.app_answers(Method::get, "/api/orders?limit=100&cursor=c2", 200, R"({"orders":[
    {"id":"a,\"b\"","status":"open","placed_on":"2026-10-30","total_cents":300,"currency":"EUR","items":[]}]})");
  const auto file = postern::run_ready(app::export_orders(test.call()));
  REQUIRE(file);
  CHECK(file->mime_type == "text/csv");
  CHECK(file->text ==
        "id,status,placed_on,total,currency\r\n"
        "ord_1,paid,2026-11-02,12.05,EUR\r\n"
        "\"a,\"\"b\"\"\",open,2026-10-30,3.00,EUR\r\n");
  CHECK(test.progress() == std::vector<double>{1, 2});
}

TEST_CASE("export_orders gives no half of a file") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/orders?limit=100", 200, R"({"next_cursor":"c2","orders":[]})");
  test.app_answers(Method::get, "/api/orders?limit=100&cursor=c2", 503, "");
  CHECK_FALSE(postern::run_ready(app::export_orders(test.call())));
}
