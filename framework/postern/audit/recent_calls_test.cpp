#include "postern/audit/recent_calls.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "postern/mcp.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::audit {
namespace {

using namespace std::chrono_literals;
using mcp::CallOutcome;

Task<Result<std::string>> nothing(mcp::Call&) { co_return "x"; }

mcp::App make_app() {
  mcp::App app{"acme", "1"};
  app.tool("search_orders", "Find orders.", nothing).title("Search orders").read_only();
  app.tool("cancel_order", "Cancel.", nothing);
  app.prompt("explain", "Explain.", nothing).title("Explain an order");
  app.resource("acme://terms", "terms", "The terms.", nothing);
  return app;
}

struct Fixture {
  testing::TestPorts test;
  mcp::App app = make_app();
  AuditLog log{test.ports, Secret{std::string(32, 's')}, 90 * 24h};
  RecentCalls recent{app, log, test.ports};

  void call(std::string grant, std::string_view method, std::string_view name, CallOutcome outcome = CallOutcome::ok) {
    const Caller caller = std::make_shared<const Principal>(
        Principal{.user_id = "user_1", .client_id = "c", .grant_id = std::move(grant), .scopes = {}});
    log.end({.caller = caller,
             .method = method,
             .name = name,
             .began_at = test.clock.now(),
             .request_id = "r",
             .change = nullptr},
            outcome);
    test.clock.advance(1s);
    run_ready(log.write_down());
  }
};

}  // namespace

TEST_CASE("each connection has its latest few calls, by their titles, the latest first") {
  Fixture f;
  f.call("g2", "tools/call", "cancel_order", CallOutcome::denied);
  for (int i = 0; i < 10; ++i) f.call("g1", "tools/call", "tool_that_is_no_more");
  f.call("g1", "tools/call", "search_orders");
  f.call("g1", "prompts/get", "explain");
  f.call("g1", "resources/read", "acme://terms", CallOutcome::error);
  const auto calls = run_ready(f.recent.find_by_account("user_1/-"));
  REQUIRE(calls);
  const auto& first = calls->at("g1");
  REQUIRE(first.size() == oauth::RecentCalls::calls_max);
  CHECK(first[0].title == "Terms");
  CHECK(first[0].name == "acme://terms");
  CHECK(first[0].outcome == "error");
  CHECK(first[0].at == f.test.clock.now() - 1s);
  CHECK(first[1].title == "Explain an order");
  CHECK(first[2].title == "Search orders");
  CHECK(first[3].title == "tool_that_is_no_more");
  REQUIRE(calls->at("g2").size() == 1);
  CHECK(calls->at("g2")[0].outcome == "denied");
  CHECK(run_ready(f.recent.find_by_account("user_2/-")).value().empty());
}

TEST_CASE("what another instance wrote down later stands where it was called") {
  Fixture f;
  AuditLog other{f.test.ports, Secret{std::string(32, 's')}, 90 * 24h};
  const Caller caller = std::make_shared<const Principal>(
      Principal{.user_id = "user_1", .client_id = "c", .grant_id = "g1", .scopes = {}});
  other.end({.caller = caller,
             .method = "tools/call",
             .name = "search_orders",
             .began_at = f.test.clock.now(),
             .request_id = "r",
             .change = nullptr},
            CallOutcome::ok);
  f.test.clock.advance(100ms);
  f.call("g1", "tools/call", "cancel_order");
  run_ready(other.write_down());
  const auto calls = run_ready(f.recent.find_by_account("user_1/-"));
  REQUIRE(calls);
  REQUIRE(calls->at("g1").size() == 2);
  CHECK(calls->at("g1")[0].name == "cancel_order");
  CHECK(calls->at("g1")[1].name == "search_orders");
}

TEST_CASE("a change is one call: its end, or its beginning as long as that is all there is") {
  Fixture f;
  const Caller caller = std::make_shared<const Principal>(
      Principal{.user_id = "user_1", .client_id = "c", .grant_id = "g1", .scopes = {}});
  for (const std::string id : {"c1", "c2"}) {
    const mcp::CallChange change{.id = id, .arguments = "d"};
    const mcp::LoggedCall call{.caller = caller,
                               .method = "tools/call",
                               .name = "cancel_order",
                               .began_at = f.test.clock.now(),
                               .request_id = "r",
                               .change = &change};
    REQUIRE(run_ready(f.log.begin(call)).has_value());
    if (id == "c1") f.log.end(call, CallOutcome::ok);
  }
  run_ready(f.log.write_down());
  const auto calls = run_ready(f.recent.find_by_account("user_1/-"));
  REQUIRE(calls);
  REQUIRE(calls->at("g1").size() == 2);
  CHECK(calls->at("g1")[0].outcome == "began");
  CHECK(calls->at("g1")[1].outcome == "ok");
}

TEST_CASE("a log that cannot be read is an error, and one that somebody wrote into breaks nothing") {
  Fixture f;
  f.call("g1", "tools/call", "search_orders");
  (void)run_ready(
      f.test.store.put(record_key("user_1/-", 2), "garbage\n[]\n{\"connection\":7}\nx", f.test.clock.now() + 1h));
  (void)run_ready(f.test.store.put(record_key("user_1/-", 3), "", f.test.clock.now() + 1h));
  const auto calls = run_ready(f.recent.find_by_account("user_1/-"));
  REQUIRE(calls);
  CHECK(calls->at("g1").size() == 1);
  f.test.store.fail_with(Error{Error::Kind::unavailable, "down"});
  CHECK_FALSE(run_ready(f.recent.find_by_account("user_1/-")).has_value());
}

}  // namespace postern::audit
