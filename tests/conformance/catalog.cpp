// A server that anybody may use without signing in, with more of everything than fits on a page: what everything.cpp
// cannot be. Who does sign in finds one more tool.
#include <string>

#include "app/app.hpp"
#include "postern/mcp.hpp"

namespace app {

namespace {

namespace mcp = postern::mcp;
using postern::Result;
using postern::Task;

constexpr int count = 250;

struct Item {
  int number = 0;
};
Task<Result<std::string>> who(mcp::Call& call) { co_return call.caller() ? call.user().user_id : "nobody"; }
Task<Result<std::string>> look_at(Item in, mcp::Call&) { co_return "item " + std::to_string(in.number); }

}  // namespace

mcp::App make_app() {
  mcp::App app{"catalog", "1.0.0"};
  for (int i = 1; i <= count; ++i) {
    const std::string name = "item_" + std::to_string(i);
    app.tool(name, "Tells who asks.", who).read_only().without_sign_in();
    app.prompt(name, "Tells who asks.", who).without_sign_in();
    app.resource("catalog://" + name, name, "Tells who asks.", who).without_sign_in();
    app.resource_template("catalog://" + name + "/{number}", name, "One of many.", look_at).without_sign_in();
  }
  app.scope("orders", "Order from the catalog");
  app.tool("order", "Tells who orders.", who).needs_scope("orders");
  return app;
}

}  // namespace app
