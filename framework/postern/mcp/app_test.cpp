#include "postern/mcp/app.hpp"

#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;

TEST_CASE("mistakes in an app's declarations are told by check()") {
  CHECK(make_app().check());
  auto wrong = [](auto declare) {
    App app{"a", "1"};
    app.scope("orders:read", "See");
    declare(app);
    return !app.check();
  };
  CHECK(wrong([](App& app) { app.tool("", "", hello); }));
  CHECK(wrong([](App& app) { app.tool("two words", "", hello); }));
  CHECK(wrong([](App& app) { app.tool(std::string(129, 'x'), "", hello); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello), app.tool("a", "", hello); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello).needs_scope("orders:write"); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello).needs_scope("orders:read").without_sign_in(); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello).needs_permission("org:x:y").without_sign_in(); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello).needs_role("org:admin").without_sign_in(); }));
  for (const char* permission :
       {"", "orders:manage", "org:orders", "org::manage", "org:orders:", "org:a:b:c", "org:a b:c"})
    CHECK(wrong([&](App& app) { app.tool("a", "", hello).needs_permission(permission); }));
  for (const char* role : {"admin", "org:", "org:orders:manage", "org:the admin"})
    CHECK(wrong([&](App& app) { app.tool("a", "", hello).needs_role(role); }));
  for (const char* entitlement : {"", "org:", "o:pro", "org:pro:x", "pro,free", "pro plan"}) {
    CHECK(wrong([&](App& app) { app.tool("a", "", hello).needs_feature(entitlement); }));
    CHECK(wrong([&](App& app) { app.tool("a", "", hello).needs_plan(entitlement); }));
  }
  CHECK(wrong([](App& app) { app.tool("a", "", hello).needs_feature("export").without_sign_in(); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello).needs_plan("user:pro").without_sign_in(); }));
  CHECK(wrong([](App& app) { app.icon({.src = "http://acme.test/icon.png"}); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello).icon({.src = "javascript:alert(1)"}); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello).icon({.src = "https://acme.test/i", .theme = "blue"}); }));
  CHECK(wrong([](App& app) { app.scope("orders:read", "Again"); }));
  CHECK(wrong([](App& app) { app.scope("two words", "Bad"); }));
}

TEST_CASE("what a declaration says of itself and does not mean is told, and nothing is dropped") {
  const auto reason = [](auto declare) {
    App app{"acme", "1"};
    declare(app);
    const auto checked = app.check();
    return checked ? "" : checked.error().message;
  };
  CHECK(reason([](App& app) { app.tool("a", "", hello).needs_role("org:admin").needs_role("org:member"); }) ==
        R"(The tool "a" needs two roles, and nobody has more than one.)");
  CHECK(reason([](App& app) { app.prompt("a", "", hello).needs_role("org:admin").needs_role("org:member"); }) ==
        R"(The prompt "a" needs two roles, and nobody has more than one.)");
  CHECK(reason([](App& app) { app.tool("a", "", hello).read_only().destructive(); }).contains("read-only"));
  CHECK(reason([](App& app) { app.tool("a", "", hello).additive().read_only(); }).contains("read-only"));
  CHECK(reason([](App& app) { app.tool("a", "", hello).destructive().additive(); }).contains("both destructive"));
  CHECK(reason([](App& app) { app.tool("a", "", hello).may_become_task().must_become_task(); }).contains("task"));
  CHECK(reason([](App& app) { app.tool("a", "", hello).on_record(); }).contains("on record anyway"));
  CHECK(reason([](App& app) { app.tool("a", "", hello).read_only().allows_impersonation(); }).contains("anyway"));
  CHECK(reason([](App& app) { app.tool("a", "", hello).additive().allows_impersonation(); }).contains("anyway"));
  CHECK(reason([](App& app) {
          app.tool("a", "", hello).read_only().on_record();
          app.tool("b", "", hello).allows_impersonation();
          app.tool("c", "", hello).destructive().allows_impersonation();
        }) == "");
}

TEST_CASE("check() tells all mistakes, a line each") {
  App app{"acme", "1"};
  app.scope("two words", "Bad");
  app.tool("a", "", hello).needs_scope("orders:read").needs_role("admin");
  app.prompt("", "", hello);
  app.resource("acme://{a", "broken", "", hello);
  CHECK(app.check().error().message ==
        "\"two words\" is no name for a scope.\n"
        "The tool \"a\" needs the role \"admin\", which is no org:<role>.\n"
        "The tool \"a\" needs the scope \"orders:read\", which the app does not declare.\n"
        "A prompt needs a name.\n"
        "The URI template \"acme://{a\" lacks a \"}\".");
}

TEST_CASE("scopes include what is there, and never themselves") {
  App app{"acme", "1"};
  app.scope("orders:read", "See");
  app.scope("orders:write", "Change").includes("orders:read");
  app.scope("admin", "Everything").includes("orders:write").includes("orders:read");
  CHECK(app.check());
  CHECK(app.included_in(app.scopes()[2]) == std::vector<std::string>{"orders:write", "orders:read"});
  const auto reason = [](auto declare) {
    App wrong{"acme", "1"};
    declare(wrong);
    return wrong.check().error().message;
  };
  CHECK(reason([](App& wrong) { wrong.scope("a", "A").includes("b"); }) ==
        R"(The scope "a" includes "b", which is no scope of the app.)");
  CHECK(reason([](App& wrong) { wrong.scope("a", "A").includes("a"); }) == R"(The scope "a" includes itself.)");
  CHECK(reason([](App& wrong) {
          wrong.scope("a", "A").includes("b");
          wrong.scope("b", "B").includes("c");
          wrong.scope("c", "C").includes("a");
        }) == "The scope \"a\" includes itself.\nThe scope \"b\" includes itself.\nThe scope \"c\" includes itself.");
}

TEST_CASE("icons are told from 2025-11-25 on, and the server's own to who asks what it is") {
  // 2026-07-28, basic/index, icons.
  const auto icons = json::parse(
      R"([{"src":"https://acme.test/icon.svg","mimeType":"image/svg+xml","sizes":["any"],"theme":"dark"},
          {"src":"data:image/png;base64,AA=="}])");
  auto with_icons = [](auto&& declared) -> auto&& {
    declared.icon(
        {.src = "https://acme.test/icon.svg", .mime_type = "image/svg+xml", .sizes = {"any"}, .theme = "dark"});
    declared.icon({.src = "data:image/png;base64,AA=="});
    return declared;
  };
  App app{"acme", "1"};
  with_icons(app);
  with_icons(app.tool("hello", "Say hello.", hello));
  with_icons(app.prompt("hello", "Say hello.", hello));
  with_icons(app.resource("acme://hello", "hello", "Hello.", hello));
  Fixture fixture{std::move(app)};
  REQUIRE(fixture.app.check());

  for (const char* member : {"tools", "prompts", "resources"}) {
    CAPTURE(member);
    const auto listed = parsed(fixture.send(Fixture::modern(std::string{member} + "/list")));
    CHECK(*json::find(json::find(*json::find(listed, "result"), member)->as_array()[0], "icons") == *icons);
  }
  const auto discovered = fixture.send(Fixture::modern("server/discover"));
  CHECK(discovered.body.contains(R"("version":"1","icons":[{"src":"https://acme.test/icon.svg")"));
  CHECK_FALSE(fixture.send(Fixture::call("hello", "{}")).body.contains("icons"));

  for (const char* revision : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    CAPTURE(revision);
    const auto begun =
        fixture.send(Fixture::post(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
                                   std::string{revision} + "\"}}"));
    const bool known = std::string_view{revision} == "2025-11-25";
    CHECK(begun.body.contains("icons") == known);
    const auto listed = fixture.send(Fixture::post(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})",
                                                   {{"Mcp-Session-Id", *begun.headers.find("Mcp-Session-Id")}}));
    CHECK(listed.body.contains("icons") == known);
  }
}
