#include "app/tools/orders_chart.hpp"

#include <doctest/doctest.h>

#include "postern/testing/tool_test.hpp"

using postern::http::Method;
namespace mcp = postern::mcp;

TEST_CASE("orders_chart draws a bar a month, leaves out what was cancelled, and tells the figures") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/orders?limit=100", 200, R"({"orders":[
    {"id":"1","status":"paid","placed_on":"2026-11-02","total_cents":1200,"currency":"EUR","items":[]},
    {"id":"2","status":"open","placed_on":"2026-10-30","total_cents":305,"currency":"EUR","items":[]},
    {"id":"3","status":"paid","placed_on":"2026-11-20","total_cents":800,"currency":"EUR","items":[]},
    {"id":"4","status":"cancelled","placed_on":"2026-09-20","total_cents":99999,"currency":"EUR","items":[]}]})");
  const auto chart = postern::run_ready(app::orders_chart({}, test.call()));
  REQUIRE(chart);
  REQUIRE(chart->size() == 2);
  CHECK(std::get<mcp::Text>(chart->at(0)).text ==
        "Spent each month, in EUR, from left to right:\n2026-10: 3.05\n2026-11: 20.00");
  const auto& image = std::get<mcp::Image>(chart->at(1));
  CHECK(image.mime_type == "image/png");
  CHECK(image.bytes == app::draw_bars({305, 2000}));
  CHECK(image.bytes != app::draw_bars({2000, 305}));
}

TEST_CASE("orders_chart of nothing says so") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/orders?limit=100", 200, R"({"orders":[]})");
  const auto chart = postern::run_ready(app::orders_chart({}, test.call()));
  REQUIRE(chart);
  CHECK(std::get<mcp::Text>(chart->at(0)).text == "There are no such orders yet.");
}

TEST_CASE("orders_chart adds up no two currencies, and asks for one") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/orders?limit=100", 200, R"({"next_cursor":"c2","orders":[
    {"id":"1","status":"paid","placed_on":"2026-11-02","total_cents":1200,"currency":"EUR","items":[]}]})");
  test.app_answers(Method::get, "/api/orders?limit=100&cursor=c2", 200, R"({"orders":[
    {"id":"2","status":"paid","placed_on":"2026-11-03","total_cents":700,"currency":"USD","items":[]}]})");
  const auto several = postern::run_ready(app::orders_chart({}, test.call()));
  REQUIRE_FALSE(several);
  CHECK(several.error().kind == postern::Error::Kind::invalid);
  CHECK(several.error().message.contains("EUR, USD"));
  const auto chart = postern::run_ready(app::orders_chart({.currency = "USD"}, test.call()));
  REQUIRE(chart);
  CHECK(std::get<mcp::Text>(chart->at(0)).text == "Spent each month, in USD, from left to right:\n2026-11: 7.00");
}
