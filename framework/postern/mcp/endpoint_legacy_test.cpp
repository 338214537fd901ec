#include "postern/mcp/endpoint.hpp"

#include <algorithm>

#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;

namespace {

int runs = 0;
Task<Result<std::string>> counts(Call&) {
  ++runs;
  co_return "";
}

}  // namespace

TEST_CASE("a session begins with initialize, in the revision asked for or the latest that has sessions") {
  Fixture fixture;
  const std::pair<const char*, const char*> rows[] = {{"2024-11-05", "2024-11-05"}, {"2025-03-26", "2025-03-26"},
                                                      {"2025-06-18", "2025-06-18"}, {"2025-11-25", "2025-11-25"},
                                                      {"2026-07-28", "2025-11-25"}, {"1900-01-01", "2025-11-25"}};
  for (const auto& [asked, given] : rows) {
    CAPTURE(asked);
    const auto response = fixture.send(
        Fixture::post(R"({"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":")" +
                      std::string{asked} + R"(","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})"));
    const std::string* id = response.headers.find("Mcp-Session-Id");
    REQUIRE(id);
    CHECK(std::ranges::all_of(*id, [](char c) { return c > ' ' && c <= '~'; }));
    CHECK_FALSE(id->contains("alice"));
    CHECK(parsed(response) ==
          *json::parse(R"({"jsonrpc":"2.0","id":"i","result":{"protocolVersion":")" + std::string{given} +
                       R"(","capabilities":{"logging":{},"tools":{}},"serverInfo":{"name":"acme","version":"1.2.3"},
                                              "instructions":"Sums."}})"));
  }
  CHECK(error_code(fixture.send(Fixture::post(R"({"jsonrpc":"2.0","id":1,"method":"initialize"})"))) == -32602);
}

TEST_CASE("a session is its user's alone, in their organization, and ends for good") {
  Fixture fixture;
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  const auto session = fixture.initialize("2025-11-25", fixture.alice);
  auto status = [&](std::string_view id, const Principal& caller) {
    return fixture.send(Fixture::post(ping, {{"Mcp-Session-Id", id}}), &caller).status;
  };
  auto remove = [&](Endpoint& endpoint, const Principal& caller) {
    auto request = Fixture::post("", {{"Mcp-Session-Id", session}});
    request.method = http::Method::delete_;
    return run_ready(endpoint.handle(request, shared(&caller)))->status;
  };
  CHECK(status(session, fixture.alice) == 200);
  CHECK(status(session, fixture.bob) == 404);
  const Principal elsewhere{.user_id = fixture.alice.user_id, .organization_id = "org_2"};
  CHECK(status(session, elsewhere) == 404);
  CHECK(status("rubbish", fixture.alice) == 404);
  CHECK(status(std::string(5000, 'A'), fixture.alice) == 404);
  std::string changed = session;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  CHECK(status(changed, fixture.alice) == 404);
  CHECK(fixture.send(Fixture::post(ping)).status == 400);
  CHECK(fixture.send(Fixture::post(ping, {{"Mcp-Session-Id", session}, {"MCP-Protocol-Version", "1"}})).status == 400);
  CHECK(
      fixture.send(Fixture::post(ping, {{"Mcp-Session-Id", session}, {"MCP-Protocol-Version", "2026-07-28"}})).status ==
      200);
  CHECK(fixture.test.store.operations() == 0);

  SUBCASE("by DELETE, on every loop") {
    Endpoint other{fixture.app, fixture.test.ports, {.session_key = session_key()}};
    auto request = Fixture::post(ping, {{"Mcp-Session-Id", session}});
    CHECK(run_ready(other.handle(request, shared(&fixture.alice)))->status == 200);
    CHECK(fixture.test.store.operations() == 1);
    CHECK(run_ready(other.handle(request, shared(&fixture.alice)))->status == 200);
    CHECK(fixture.test.store.operations() == 1);
    CHECK(remove(fixture.endpoint, fixture.bob) == 404);
    CHECK(remove(fixture.endpoint, fixture.alice) == 204);
    CHECK(status(session, fixture.alice) == 404);
    CHECK(run_ready(other.handle(request, shared(&fixture.alice)))->status == 404);
    CHECK(remove(fixture.endpoint, fixture.alice) == 404);
    Endpoint later{fixture.app, fixture.test.ports, {.session_key = session_key()}};
    CHECK(run_ready(later.handle(request, shared(&fixture.alice)))->status == 404);
  }
  SUBCASE("not by a new key, while the one before is known") {
    const Secret old{std::string(32, 'k')}, young{std::string(32, 'l')};
    auto request = Fixture::post(ping, {{"Mcp-Session-Id", session}});
    Endpoint rotated{fixture.app, fixture.test.ports, {.session_key = {young, old}}};
    CHECK(run_ready(rotated.handle(request, shared(&fixture.alice)))->status == 200);
    Endpoint later{fixture.app, fixture.test.ports, {.session_key = young}};
    CHECK(run_ready(later.handle(request, shared(&fixture.alice)))->status == 404);
  }
  SUBCASE("by its age") {
    fixture.test.clock.jump(std::chrono::hours{24});
    CHECK(status(session, fixture.alice) == 404);
  }
  SUBCASE("and nobody guesses while the store is down") {
    Endpoint later{fixture.app, fixture.test.ports, {.session_key = session_key()}};
    fixture.test.store.fail_with(Error{Error::Kind::unavailable, "down"});
    auto request = Fixture::post(ping, {{"Mcp-Session-Id", session}});
    CHECK(run_ready(later.handle(request, shared(&fixture.alice)))->status == 503);
    CHECK(remove(fixture.endpoint, fixture.alice) == 503);
  }
}

TEST_CASE("notifications and responses are accepted without a body; batches only in 2025-03-26") {
  Fixture fixture;
  const std::string batch =
      R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"},)"
      R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}},1])";
  for (const char* revision : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    CAPTURE(revision);
    const auto session = fixture.initialize(revision, fixture.alice);
    for (const char* body :
         {R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
          R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}})",
          R"({"jsonrpc":"2.0","method":"notifications/unknown"})", R"({"jsonrpc":"2.0","id":1,"result":{}})"}) {
      const auto response = fixture.send(Fixture::post(body, {{"Mcp-Session-Id", session}}));
      CHECK(response.status == 202);
      CHECK(response.body.empty());
    }
    const auto response = fixture.send(Fixture::post(batch, {{"Mcp-Session-Id", session}}));
    if (std::string_view{revision} == "2025-03-26") {
      CHECK(response.status == 200);
      CHECK(parsed(response).as_array().size() == 3);
    } else {
      CHECK(response.status == 400);
    }
  }
  auto modern = Fixture::post(R"({"jsonrpc":"2.0","id":1,"result":{}})", {{"MCP-Protocol-Version", "2026-07-28"}});
  CHECK(fixture.send(modern).status == 400);
}

// 2025-03-26, basic/index, batching.
TEST_CASE("a batch says of its session what single messages say") {
  Fixture fixture{make_talking_app()};
  const auto session = fixture.initialize("2025-03-26", fixture.alice);
  const auto response = fixture.send(Fixture::post(
      R"([{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"error"}},
          {"jsonrpc":"2.0","id":2,"method":"resources/subscribe","params":{"uri":"acme://orders/17"}},
          {"jsonrpc":"2.0","id":3,"method":"resources/unsubscribe","params":{"uri":"acme://orders/17"}},
          {"jsonrpc":"2.0","id":4,"method":"logging/setLevel","params":{"level":"loud"}}])",
      {{"Mcp-Session-Id", session}}));
  const json::Value replies = parsed(response);
  REQUIRE(replies.as_array().size() == 4);
  for (const std::size_t each : {0U, 1U, 2U}) CHECK(replies.at(each).at("result") == json::Object{});
  CHECK(replies.at(3).at("error").at("code") == -32602);
}

TEST_CASE("of a batch that its caller may not run whole nothing runs") {
  runs = 0;
  App app{"acme", "1"};
  app.scope("orders:write", "Change your orders");
  app.tool("counts", "Count.", counts);
  app.tool("cancel_order", "Cancels.", hello).needs_scope("orders:write");
  Fixture fixture{std::move(app)};
  const auto session = fixture.initialize("2025-03-26", fixture.alice);
  http::Request batch = Fixture::post(
      R"([{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"counts"}},
          {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"cancel_order"}}])",
      {{"Mcp-Session-Id", session}});
  const auto denied = run_ready(fixture.endpoint.handle(batch, shared(&fixture.alice)));
  REQUIRE_FALSE(denied);
  CHECK(denied.error().reason == Denied::Reason::scopes);
  CHECK(runs == 0);
  fixture.alice.scopes = {"orders:write"};
  CHECK(parsed(fixture.send(std::move(batch))).as_array().size() == 2);
  CHECK(runs == 1);
}
