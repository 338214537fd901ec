#include "postern/mcp/methods/call_context.hpp"

#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;

TEST_CASE("a call that its caller may not make is denied with the scopes it needs") {
  Fixture fixture;
  auto denied = [&](http::Request request, const Principal* caller) {
    auto answer = run_ready(fixture.endpoint.handle(request, shared(caller)));
    REQUIRE_FALSE(answer);
    return std::move(answer).error();
  };
  const auto scopes = denied(Fixture::call("cancel_order", "{}"), &fixture.alice);
  CHECK(scopes.reason == Denied::Reason::scopes);
  CHECK(scopes.scopes == std::vector<std::string>{"orders:write"});
  CHECK(denied(Fixture::call("add", R"({"a":1,"b":1})"), nullptr).reason == Denied::Reason::sign_in);
  CHECK(fixture.send(Fixture::call("hello", "{}"), nullptr).status == 200);
  fixture.alice.scopes = {"orders:write"};
  CHECK(fixture.send(Fixture::call("cancel_order", "{}")).status == 200);

  App closed{"closed", "1"};
  closed.tool("add", "Add.", add);
  Endpoint endpoint{closed, fixture.test.ports, {.session_key = session_key()}};
  auto list = Fixture::modern("tools/list");
  CHECK_FALSE(run_ready(endpoint.handle(list, nullptr)));
}

namespace {

Task<Result<std::string>> empty_resource(Call&) { co_return ""; }

struct OrderUri {
  std::string number;
};
Task<Result<std::string>> order(OrderUri in, Call&) { co_return std::move(in.number); }
Task<Result<std::vector<std::string>>> numbers(Completion, Call&) { co_return std::vector<std::string>{"A-17"}; }

// Everything three times: for anybody signed in, for who holds a permission, and for who has a role.
App make_guarded_app() {
  App app{"acme", "1"};
  app.tool("everybody", "For all.", hello);
  app.tool("manage", "For some.", hello).needs_permission("org:orders:manage");
  app.tool("admin", "For few.", hello).needs_role("org:admin");
  app.prompt("everybody", "For all.", hello);
  app.prompt("manage", "For some.", hello).needs_permission("org:orders:manage");
  app.prompt("admin", "For few.", hello).needs_role("org:admin");
  app.resource("acme://everybody", "everybody", "For all.", empty_resource);
  app.resource("acme://manage", "manage", "For some.", empty_resource).needs_permission("org:orders:manage");
  app.resource("acme://admin", "admin", "For few.", empty_resource).needs_role("org:admin");
  app.resource_template("acme://orders/{number}", "order", "For few.", order)
      .needs_role("org:admin")
      .complete("number", numbers);
  return app;
}

std::string names_in(const http::Response& response, std::string_view member) {
  const json::Value value = parsed(response);
  std::string names;
  for (const json::Value& item : json::find(*json::find(value, "result"), member)->as_array()) {
    names += std::string_view{json::find(item, "name")->as_string()};
    names += ' ';
  }
  return names;
}

}  // namespace

TEST_CASE("what needs a permission or a role is listed for those who have it, and kept apart in caches") {
  Fixture fixture{make_guarded_app()};
  REQUIRE(fixture.app.check());
  CHECK(fixture.app.permissions() == std::vector<std::string>{"org:orders:manage"});
  const Principal manager{.user_id = "user_m", .role = "org:member", .permissions = {"org:orders:manage"}};
  const Principal admin{.user_id = "user_a", .role = "org:admin"};
  const Principal both{.user_id = "user_b", .role = "org:admin", .permissions = {"org:x:y", "org:orders:manage"}};
  struct Row {
    const Principal* caller;
    std::string_view names;
    std::string_view templates;
  };
  for (const auto& [caller, names, templates] :
       {Row{&fixture.alice, "everybody ", ""}, Row{&manager, "everybody manage ", ""},
        Row{&admin, "everybody admin ", "order "}, Row{&both, "everybody manage admin ", "order "}}) {
    CAPTURE(caller->user_id);
    for (const char* member : {"tools", "prompts", "resources"}) {
      const auto listed = fixture.send(Fixture::modern(std::string{member} + "/list"), caller);
      CHECK(names_in(listed, member) == names);
      CHECK(listed.body.contains(R"("cacheScope":"private")"));
    }
    const auto listed = fixture.send(Fixture::modern("resources/templates/list"), caller);
    CHECK(names_in(listed, "resourceTemplates") == templates);

    const std::string session = fixture.initialize("2025-11-25", *caller);
    const auto legacy = fixture.send(
        Fixture::post(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", {{"Mcp-Session-Id", session}}), caller);
    CHECK(names_in(legacy, "tools") == names);
  }
}

TEST_CASE("what is not listed for lack of a permission or a role is unknown to every method") {
  Fixture fixture{make_guarded_app()};
  const Principal admin{.user_id = "user_a", .role = "org:admin", .permissions = {"org:orders:manage"}};
  struct Row {
    std::string_view method, params, name;
    std::string_view known, unknown;  // the same request for what is there, and for what nobody ever declared
  };
  const Row rows[] = {
      {"tools/call", R"("name":"manage",)", "manage", "Hello", R"("Unknown tool: manage")"},
      {"tools/call", R"("name":"admin",)", "admin", "Hello", R"("Unknown tool: admin")"},
      {"prompts/get", R"("name":"admin",)", "admin", "Hello", R"("Unknown prompt: admin")"},
      {"resources/read", R"("uri":"acme://manage",)", "acme://manage", "contents", R"("Resource not found")"},
      {"resources/read", R"("uri":"acme://orders/1",)", "acme://orders/1", "contents", R"("Resource not found")"},
      {"completion/complete",
       R"("ref":{"type":"ref/resource","uri":"acme://orders/{number}"},"argument":{"name":"number","value":""},)", "",
       "A-17", "names no prompt or template"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.params);
    CHECK(fixture.send(Fixture::modern(row.method, row.params, row.name), &admin).body.contains(row.known));
    const auto refused = fixture.send(Fixture::modern(row.method, row.params, row.name));
    CHECK(error_code(refused) == -32602);
    CHECK(refused.body.contains(row.unknown));
  }
  const std::string session = fixture.initialize("2025-11-25", fixture.alice);
  const auto watch =
      Fixture::post(R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"acme://admin"}})",
                    {{"Mcp-Session-Id", session}});
  CHECK(error_code(fixture.send(watch)) == -32002);

  Exchange listen;
  listen.request = Fixture::modern("subscriptions/listen",
                                   R"("notifications":{"resourceSubscriptions":["acme://admin","acme://everybody"]},)");
  listen.start(fixture.endpoint, fixture.alice);
  REQUIRE(listen.events.size() == 1);
  CHECK(listen.events[0].data.contains(R"("resourceSubscriptions":["acme://everybody"])"));
}

TEST_CASE("who has not signed in does not see what needs a permission, and gets no hint of it") {
  App app{"acme", "1"};
  app.tool("open", "For anybody.", hello).without_sign_in();
  app.tool("closed", "For the signed-in.", hello);
  app.tool("admin", "For few.", hello).needs_role("org:admin");
  Fixture fixture{std::move(app)};
  CHECK(names_in(fixture.send(Fixture::modern("tools/list"), nullptr), "tools") == "open closed ");
  CHECK(error_code(fixture.send(Fixture::call("admin", "{}"), nullptr)) == -32602);
}

namespace {

struct Hours {
  std::string text;
};
Task<Result<Hours>> opening_hours(Call& call) { co_return co_await call.api().get<Hours>("/api/hours"); }
Task<Result<std::string>> name_user(Call& call) { co_return call.user().user_id; }

}  // namespace

TEST_CASE("a tool without sign-in that asks the app for nobody fails, and nothing else does") {
  App app{"acme", "1"};
  app.tool("opening_hours", "When the shop is open.", opening_hours).read_only().without_sign_in();
  Fixture fixture{std::move(app)};
  const auto answer = fixture.send(Fixture::call("opening_hours", "{}"), nullptr);
  CHECK(answer.status == 200);
  CHECK(answer.body.contains(R"("isError":true)"));
  CHECK(answer.body.contains("This needs somebody who is signed in."));
}

TEST_CASE("a tool without sign-in that takes nobody for a user is at fault, and nothing else is") {
  App app{"acme", "1"};
  app.tool("name_user", "Who this is.", name_user).read_only().without_sign_in();
  Fixture fixture{std::move(app)};
  const auto answer = fixture.send(Fixture::call("name_user", "{}"), nullptr);
  CHECK(error_code(answer) == -32603);
  CHECK_FALSE(answer.body.contains("nobody"));
  CHECK(fixture.test.log.contains("call.user(): nobody is signed in"));
}

TEST_CASE("what may destroy something is for the user alone, unless its author says otherwise") {
  App app{"acme", "1"};
  app.tool("plain", "Says nothing of itself, so it may.", hello);
  app.tool("deletes", "Says that it may.", hello).destructive();
  app.tool("reads", "Changes nothing.", hello).read_only();
  app.tool("adds", "Only ever adds.", hello).additive();
  app.tool("repairs", "Is for support staff, too.", hello).destructive().allows_impersonation();
  Fixture fixture{std::move(app)};
  const Principal staff{.user_id = "user_a", .actor = "user_staff"};
  const Principal user{.user_id = "user_a"};
  const auto answer_to = [&](const Principal& caller, std::string_view tool) {
    return fixture.send(Fixture::call(tool, "{}"), &caller).body;
  };
  for (const std::string_view tool : {"plain", "deletes", "reads", "adds", "repairs"}) {
    CAPTURE(tool);
    CHECK(answer_to(user, tool).contains("Hello user_a"));
    const bool is_refused = tool == "plain" || tool == "deletes";
    const std::string answer = answer_to(staff, tool);
    CHECK(answer.contains("Hello user_a") == !is_refused);
    CHECK(answer.contains("Only the user themselves may call " + std::string{tool}) == is_refused);
    CHECK(answer.contains(R"("isError":true)") == is_refused);
  }
  const auto listed = [&](const Principal& caller) {
    return fixture.send(Fixture::modern("tools/list"), &caller).body;
  };
  CHECK(listed(staff) == listed(user));  // they see what the user sees
}

TEST_CASE("a feature and a plan guard as a permission does, and all that is named is needed") {
  App app{"acme", "1"};
  app.tool("export", "For some.", hello).needs_feature("export");
  app.tool("team", "For some.", hello).needs_plan("org:pro").needs_plan("user:gold");
  app.tool("both", "For few.", hello).needs_feature("export").needs_role("org:admin");
  CHECK(app.features() == std::vector<std::string>{"export"});
  CHECK(app.plans() == std::vector<std::string>{"org:pro", "user:gold"});
  Fixture fixture{std::move(app)};
  const Principal exporter{.user_id = "user_e", .features = {"export"}, .plans = {"org:pro"}};
  const Principal member{.user_id = "user_p", .plans = {"org:pro", "user:gold"}};
  const Principal admin{.user_id = "user_a", .role = "org:admin", .features = {"export"}};
  const auto listed = [&](const Principal& caller) {
    return names_in(fixture.send(Fixture::modern("tools/list"), &caller), "tools");
  };
  CHECK(listed(fixture.alice) == "");
  CHECK(listed(exporter) == "export ");
  CHECK(listed(member) == "team ");
  CHECK(listed(admin) == "export both ");
  CHECK(error_code(fixture.send(Fixture::call("team", "{}"), &exporter)) == -32602);
  CHECK(fixture.send(Fixture::call("team", "{}"), &member).body.contains("Hello"));
}
