#include "postern/mcp/page.hpp"

#include <doctest/doctest.h>

#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;

namespace {

App make_page_app() {
  App app{"acme", "1"};
  app.page("ui://acme/orders", "orders", "Shows orders.", "<!DOCTYPE html><title>Orders</title>")
      .connects_to("https://api.acme.test")
      .loads_from("https://cdn.acme.test")
      .loads_from("https://fonts.acme.test")
      .frames("https://video.acme.test")
      .border(true)
      .more("permissions", {{"camera", json::Object{}}});
  app.tool("orders", "Shows orders.", hello).shows("ui://acme/orders");
  app.tool("refresh", "Shows them anew.", hello).shows("ui://acme/orders").for_its_page();
  app.tool("plain", "Shows nothing.", hello);
  return app;
}

// UIResourceMeta and McpUiToolMeta of the extension, revision 2026-01-26.
constexpr std::string_view page_meta = R"({"ui":{
  "csp":{"connectDomains":["https://api.acme.test"],
         "resourceDomains":["https://cdn.acme.test","https://fonts.acme.test"],
         "frameDomains":["https://video.acme.test"]},
  "prefersBorder":true,"permissions":{"camera":{}}}})";

}  // namespace

TEST_CASE("a tool says which page shows its result, and the page is read as a resource with what it needs") {
  Fixture fixture{make_page_app()};
  REQUIRE(fixture.app.check());
  CHECK(fixture.send(Fixture::modern("server/discover"))
            .body.contains(R"("extensions":{"io.modelcontextprotocol/ui":{}})"));

  const auto listed = parsed(fixture.send(Fixture::modern("tools/list")));
  const auto& tools = json::find(*json::find(listed, "result"), "tools")->as_array();
  CHECK(tools[0].at("_meta") == *json::parse(R"({"ui":{"resourceUri":"ui://acme/orders"}})"));
  CHECK(tools[1].at("_meta") == *json::parse(R"({"ui":{"resourceUri":"ui://acme/orders","visibility":["app"]}})"));
  CHECK_FALSE(json::find(tools[2], "_meta"));

  const auto read =
      parsed(fixture.send(Fixture::modern("resources/read", R"("uri":"ui://acme/orders",)", "ui://acme/orders")));
  const json::Value& content = read.at("result").at("contents").at(0);
  CHECK(content.at("mimeType") == "text/html;profile=mcp-app");
  CHECK(content.at("text") == "<!DOCTYPE html><title>Orders</title>");
  CHECK(content.at("_meta") == *json::parse(page_meta));
  const auto pages = parsed(fixture.send(Fixture::modern("resources/list")));
  CHECK(pages.at("result").at("resources").at(0).at("_meta") == *json::parse(page_meta));

  const auto session = fixture.initialize("2025-11-25", fixture.alice);
  const auto legacy =
      fixture.send(Fixture::post(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", {{"Mcp-Session-Id", session}}));
  CHECK(legacy.body.contains(R"("resourceUri":"ui://acme/orders")"));
}

TEST_CASE("a page that is no page, or that nobody declared, is told by check()") {
  auto wrong = [](auto declare) {
    App app{"acme", "1"};
    declare(app);
    return !app.check();
  };
  CHECK(wrong([](App& app) { app.page("https://acme.test/orders", "orders", "", "<!DOCTYPE html>"); }));
  CHECK(wrong([](App& app) { app.tool("orders", "", hello).shows("ui://acme/orders"); }));
  CHECK(wrong([](App& app) {
    app.resource("acme://orders", "orders", "", hello);
    app.tool("orders", "", hello).shows("acme://orders");
  }));
  CHECK(wrong([](App& app) { app.tool("orders", "", hello).for_its_page(); }));
}
