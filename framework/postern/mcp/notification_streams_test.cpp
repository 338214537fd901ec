// The stream of a session itself: 2025-11-25, basic/transports, listening for messages from the server, and
// resumability and redelivery.
#include "postern/base/limits.hpp"
#include "postern/mcp/resumption_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

namespace {

App make_guarded_app() {
  App app{"acme", "1"};
  app.tool("hello", "For all.", hello);
  app.tool("admin", "For few.", hello).needs_role("org:admin");
  app.prompt("hello", "For all.", hello);
  app.prompt("admin", "For few.", hello).needs_permission("org:x:y");
  return app;
}

// What a server with webhooks has.
struct ChangingRights : Fixture {
  ChangingRights() : Fixture(make_guarded_app()) {}
  Endpoint endpoint{app, test.ports, {.session_key = Secret{std::string(32, 'k')}, .rights_are_told = true}};

  void change_rights(const Principal& of) {
    run_ready(test.ports.bus.publish(std::string{rights_changed}, of.account(), {}));
  }
  Exchange listen(std::string_view filter) {
    return {.request = Fixture::modern("subscriptions/listen", R"("notifications":{)" + std::string{filter} + "},")};
  }
  std::string capabilities(Endpoint& of) {
    http::Request request = Fixture::modern("server/discover");
    return json::serialize(*json::find(parsed(*run_ready(of.handle(request, shared(&alice)))), "result"));
  }
};

}  // namespace

TEST_CASE("when a user's rights change, those of their streams that want to know hear which lists may show else") {
  // 2026-07-28, schema.ts, SubscriptionFilter, and basic/patterns/subscriptions.
  ChangingRights fixture;
  Exchange all{fixture.listen(R"("toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true)")};
  Exchange prompts{fixture.listen(R"("promptsListChanged":true,"toolsListChanged":false)")};
  const Principal other{.user_id = fixture.alice.user_id, .organization_id = "org_2"};
  Exchange others{fixture.listen(R"("toolsListChanged":true)")};
  all.start(fixture.endpoint, fixture.alice);
  prompts.start(fixture.endpoint, fixture.alice);
  others.start(fixture.endpoint, other);
  REQUIRE(all.events.size() == 1);
  // No resource is kept from anybody, so that list never changes.
  CHECK(all.events[0].data.contains(R"("notifications":{"toolsListChanged":true,"promptsListChanged":true})"));

  fixture.change_rights(fixture.alice);
  REQUIRE(all.events.size() == 3);
  CHECK(all.events[1].data.contains(R"("method":"notifications/tools/list_changed")"));
  CHECK(all.events[1].data.contains(R"("io.modelcontextprotocol/subscriptionId":)"));
  CHECK(all.events[2].data.contains(R"("method":"notifications/prompts/list_changed")"));
  REQUIRE(prompts.events.size() == 2);
  CHECK(prompts.events[1].data.contains(R"("method":"notifications/prompts/list_changed")"));
  CHECK(others.events.size() == 1);
}

TEST_CASE("a session's stream hears of all of its user's lists") {
  // 2025-11-25, server/tools, list changed notification.
  ChangingRights fixture;
  http::Request hello = Fixture::post(
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},
          "clientInfo":{"name":"x","version":"1"}}})");
  const auto begun = run_ready(fixture.endpoint.handle(hello, shared(&fixture.alice)));
  REQUIRE(begun);
  CHECK(begun->body.contains(R"("tools":{"listChanged":true})"));
  Exchange stream{.request = Resumption::from(*begun->headers.find("Mcp-Session-Id"))};
  stream.start(fixture.endpoint, fixture.alice);
  fixture.change_rights(fixture.alice);
  REQUIRE(stream.events.size() == 2);
  CHECK(stream.events[0].data == R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}})");
}

TEST_CASE("that lists change is said where somebody tells of it, and of lists that are not the same for everybody") {
  ChangingRights fixture;
  CHECK(fixture.capabilities(fixture.endpoint)
            .contains(R"("tools":{"listChanged":true},"prompts":{"listChanged":true})"));
  CHECK_FALSE(fixture.capabilities(fixture.Fixture::endpoint).contains("listChanged"));
}

TEST_CASE("who comes back to the session's stream hears of what has changed meanwhile") {
  Resumption fixture;
  auto watch = [&fixture](std::string_view uri) {
    fixture.send(Fixture::post(
        R"({"jsonrpc":"2.0","id":5,"method":"resources/subscribe","params":{"uri":")" + std::string{uri} + R"("}})",
        {{"Mcp-Session-Id", fixture.session}}));
  };
  watch("acme://orders/17");
  watch("acme://orders/18");
  Begun first{fixture.endpoint, Resumption::from(fixture.session), fixture.alice};
  REQUIRE(first.primer);
  CHECK(first.primer->retry == Duration{1s});
  fixture.send(fixture.calling("change"));
  REQUIRE(said(first).size() == 1);
  CHECK_FALSE(first.events[0].id.empty());
  first.disconnect();
  fixture.test.clock.advance(10s);

  SUBCASE("nothing") {
    Begun second = fixture.come_back(first.events[0].id);
    CHECK(said(second).empty());
  }
  SUBCASE("one") {
    fixture.send(fixture.calling("change"));
    fixture.test.clock.advance(10s);
    Begun second = fixture.come_back(first.events[0].id);
    CHECK(said(second) == said(first));
    fixture.send(fixture.calling("change"));
    CHECK(said(second).size() == 2);
    Exchange third{.request = Resumption::from(fixture.session, second.events.back().id)};
    fixture.test.clock.advance(10s);
    third.start(fixture.endpoint, fixture.alice);
    CHECK(second.ended);
  }
  SUBCASE("after too long a time nobody knows, so all that is watched may have") {
    fixture.test.clock.advance(limits::resource_update_lifetime);
    Begun second = fixture.come_back(first.events[0].id);
    CHECK(said(second).size() == 2);
  }
}

TEST_CASE("a session's stream hears of what it watches, however many sessions the server meets") {
  Resumption fixture;
  fixture.send(
      Fixture::post(R"({"jsonrpc":"2.0","id":5,"method":"resources/subscribe","params":{"uri":"acme://orders/17"}})",
                    {{"Mcp-Session-Id", fixture.session}}));
  Begun stream{fixture.endpoint, Resumption::from(fixture.session), fixture.alice};
  for (std::size_t i = 0; i <= 2 * limits::mcp_sessions_met_max; ++i) {  // as another instance tells of them
    run_ready(fixture.test.bus.publish("mcp.session.changed", std::to_string(i), "1 0 info"));
  }
  fixture.send(Fixture::call("change", "{}"));
  CHECK(said(stream).size() == 1);
}
