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
  CHECK(wrong([](App& app) { app.scope("orders:read", "Again"); }));
  CHECK(wrong([](App& app) { app.scope("two words", "Bad"); }));
}
