#include "postern/audit/audit_log.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "postern/audit/store_in_trouble.hpp"
#include "postern/base/limits.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::audit {
namespace {

using namespace std::chrono_literals;
using mcp::CallOutcome;

Caller make_caller(std::string user) {
  return std::make_shared<const Principal>(Principal{.user_id = std::move(user),
                                                     .session_id = "sess_1",
                                                     .organization_id = "org_1",
                                                     .client_id = "client_1",
                                                     .grant_id = "grant_1",
                                                     .scopes = {}});
}

struct Fixture {
  testing::TestPorts test;
  StoreInTrouble store{test.store};
  Ports ports{test.clock, test.random, test.crypto, test.fetch, store, test.cache, test.log, test.bus};
  AuditLog log{ports, Secret{std::string(32, 's')}, 90 * 24h};
  Caller ada = make_caller("user_ada");
  Caller grace = make_caller("user_grace");

  // A call that only reads.
  void read(const Caller& caller, std::string_view name, CallOutcome outcome = CallOutcome::ok, Duration took = 5ms) {
    log.end({.caller = caller,
             .method = "tools/call",
             .name = name,
             .began_at = test.clock.now() - took,
             .request_id = "req_1",
             .change = nullptr},
            outcome);
  }
  mcp::LoggedCall change(const Caller& caller, const mcp::CallChange& change) {
    return {.caller = caller,
            .method = "tools/call",
            .name = "cancel_order",
            .began_at = test.clock.now(),
            .request_id = "req_2",
            .change = &change};
  }
  Result<void> begin(AuditLog& to, const Caller& caller, std::string id = "c1") {
    const mcp::CallChange with{.id = std::move(id), .arguments = "digest"};
    return run_ready(to.begin(change(caller, with)));
  }
  void end(const Caller& caller, CallOutcome outcome, std::string id = "c1") {
    const mcp::CallChange with{.id = std::move(id), .arguments = "digest"};
    log.end(change(caller, with), outcome);
  }
  void write_down() { run_ready(log.write_down()); }

  std::vector<std::string> keys(std::string_view prefix) {
    std::vector<std::string> found;
    for (const auto& [key, entry] : test.store.records()) {
      if (key.starts_with(prefix)) found.push_back(key);
    }
    return found;
  }
  // All lines about a user, in order.
  std::string lines(std::string_view account = "user_ada/org_1") {
    std::string all;
    for (const std::string& key : keys(records_prefix(account))) all += lines_of(test.store.records().at(key).value);
    return all;
  }
  static std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }
};

}  // namespace

TEST_CASE("a call that reads touches no store, and is written down a little later") {
  Fixture f;
  f.read(f.ada, "search_orders");
  CHECK(f.test.store.operations() == 0);
  f.write_down();
  CHECK(f.lines() ==
        R"({"at":"2029-12-31T23:59:59.995Z","organization":"org_1","client":"client_1","connection":"grant_1",)"
        R"("method":"tools/call","name":"search_orders","outcome":"ok","ms":5})"
        "\n");
  CHECK(f.log.waiting() == 0);
  const std::size_t operations = f.test.store.operations();
  f.write_down();
  CHECK(f.test.store.operations() == operations);
}

TEST_CASE("who acts as the user is named in each line, and their calls are not counted among the user's") {
  Fixture f;
  Principal staff = *f.ada;
  staff.actor = "user_staff";
  f.read(f.ada, "search_orders");
  f.read(std::make_shared<const Principal>(staff), "search_orders");
  f.write_down();
  CHECK(f.count(f.lines(), "\n") == 2);
  CHECK(f.count(f.lines(), R"("actor":"user_staff","organization":"org_1")") == 1);
}

TEST_CASE("equal reads are one line that says how many; others have their own") {
  Fixture f;
  for (int i = 0; i < 100; ++i) {
    f.read(f.ada, "search_orders");
    f.test.clock.advance(1ms);
  }
  f.read(f.ada, "search_orders", CallOutcome::error);
  f.read(f.ada, "list_users");
  f.write_down();
  CHECK(f.count(f.lines(), "\n") == 3);
  CHECK(f.lines().contains(R"("last_at":"2030-01-01T00:00:00.094Z")"));
  CHECK(f.lines().contains(R"("outcome":"ok","ms":500,"calls":100})"));
}

TEST_CASE("what may change something is written at once, with all that waits, and its end later") {
  Fixture f;
  f.read(f.ada, "search_orders");
  REQUIRE(f.begin(f.log, f.ada).has_value());
  CHECK(f.keys("audit/user_ada/org_1/b").size() == 1);
  CHECK(f.lines().contains(R"("name":"search_orders")"));
  CHECK(f.lines().ends_with(
      R"("method":"tools/call","name":"cancel_order","call":"c1","arguments":"digest","request":"req_2","outcome":"began"})"
      "\n"));
  f.test.clock.advance(20ms);
  const mcp::CallChange with{.id = "c1", .arguments = "digest"};
  mcp::LoggedCall call = f.change(f.ada, with);
  call.began_at -= 20ms;
  f.log.end(call, CallOutcome::tool_error);
  f.read(f.ada, "search_orders");
  CHECK(f.log.waiting() == 2);
  f.write_down();
  CHECK(f.lines().contains(R"({"at":"2030-01-01T00:00:00.020Z")"));
  CHECK(f.lines().contains(R"("call":"c1","arguments":"digest","request":"req_2","outcome":"tool_error","ms":20})"));
  CHECK(f.count(f.lines(), "search_orders") == 2);  // before the change and after it are told apart
}

TEST_CASE("a change is refused while the log cannot be written, and all is there afterwards, once") {
  Fixture f;
  f.read(f.ada, "search_orders");
  f.test.store.fail_with(Error{Error::Kind::unavailable, "disk full"});
  CHECK_FALSE(f.begin(f.log, f.ada).has_value());
  f.end(f.ada, CallOutcome::not_run);
  f.write_down();
  CHECK(f.log.waiting() == 3);
  CHECK(f.test.log.contains("audit.write_failed"));
  f.test.store.heal();
  f.write_down();
  CHECK(f.log.waiting() == 0);
  CHECK(f.count(f.lines(), "search_orders") == 1);
  CHECK(f.count(f.lines(), R"("outcome":"began")") == 1);
  CHECK(f.count(f.lines(), R"("outcome":"not_run")") == 1);
}

TEST_CASE("a record that was made and seemed to fail is not made again") {
  Fixture f;
  f.store.liar = true;
  CHECK_FALSE(f.begin(f.log, f.ada).has_value());
  f.end(f.ada, CallOutcome::not_run);
  f.store.liar = false;
  f.write_down();
  CHECK(f.keys("audit/user_ada/org_1/b").size() == 2);
  CHECK(f.count(f.lines(), R"("outcome":"began")") == 1);
}

TEST_CASE("memory is bounded, and what was lost is counted") {
  Fixture f;
  f.test.store.fail_with(Error{Error::Kind::unavailable, "disk full"});
  f.read(f.grace, "who_am_i");
  for (std::size_t i = 0; i < limits::audit_entries_max + 6; ++i) f.read(f.ada, "tool_" + std::to_string(i));
  f.read(f.grace, "list_users");
  for (int i = 0; i < 50; ++i) f.read(make_caller("user_" + std::to_string(i)), "list_users");
  CHECK(f.log.waiting() == limits::audit_entries_max);
  CHECK_FALSE(f.begin(f.log, f.ada).has_value());  // there is no room to write down a change, so there is none
  f.test.store.heal();
  f.write_down();
  CHECK(f.log.waiting() == 0);
  CHECK(f.keys("audit/user_ada/org_1/b").size() > 1);
  CHECK(f.lines().contains(R"("outcome":"lost","calls":7})"));
  CHECK(f.lines("user_grace/org_1").contains(R"("outcome":"lost","calls":1})"));
  CHECK(f.count(f.lines(), R"("outcome":"ok")") == limits::audit_entries_max - 1);
  CHECK(f.keys("audit/user_1/").empty());  // nothing is kept for who comes when there is no room
  CHECK(f.test.log.contains("audit.lost calls=50"));
  for (const std::string& key : f.keys("audit/"))
    CHECK(f.test.store.records().at(key).value.size() <= limits::store_value_bytes_max);
}

TEST_CASE("changes that come together are written together") {
  Fixture f;
  REQUIRE(f.begin(f.log, f.ada, "c0").has_value());
  f.store.held = true;
  int done = 0;
  auto run = [](AuditLog& log, mcp::LoggedCall call, int& count) -> Task<void> {
    if (co_await log.begin(call)) ++count;
  };
  const mcp::CallChange one{.id = "c1", .arguments = "d"}, two{.id = "c2", .arguments = "d"},
      three{.id = "c3", .arguments = "d"};
  auto start = [&](const mcp::CallChange& with) {
    return Job::start(run(f.log, f.change(f.ada, with), done), [](const std::exception_ptr&) {});
  };
  Job first = start(one);
  const Job second = start(two), third = start(three);
  f.store.release();
  f.store.release();
  CHECK(done == 3);
  CHECK(f.keys("audit/user_ada/org_1/b").size() == 3);  // c0, then c1, then c2 and c3
}

TEST_CASE("when the call that writes for others is dropped, another takes over, and nothing is written twice") {
  Fixture f;
  f.store.held = true;
  int done = 0;
  auto run = [](AuditLog& log, mcp::LoggedCall call, int& count) -> Task<void> {
    if (co_await log.begin(call)) ++count;
  };
  const mcp::CallChange one{.id = "c1", .arguments = "d"}, two{.id = "c2", .arguments = "d"};
  Job first = Job::start(run(f.log, f.change(f.ada, one), done), [](const std::exception_ptr&) {});
  const Job second = Job::start(run(f.log, f.change(f.ada, two), done), [](const std::exception_ptr&) {});
  first.cancel();
  for (int i = 0; i < 5; ++i) f.store.release();
  CHECK(done == 1);
  CHECK(f.count(f.lines(), R"("call":"c1")") == 1);
  CHECK(f.count(f.lines(), R"("call":"c2")") == 1);
}

TEST_CASE("two instances write one chain") {
  Fixture f;
  AuditLog other{f.ports, Secret{std::string(32, 's')}, 90 * 24h};
  for (int i = 0; i < 10; ++i) REQUIRE(f.begin(i % 3 == 0 ? other : f.log, f.ada, "c" + std::to_string(i)).has_value());
  CHECK(f.keys("audit/user_ada/org_1/b").size() == 10);
  std::string previous;
  for (const std::string& key : f.keys("audit/user_ada/org_1/b")) {
    const std::string& record = f.test.store.records().at(key).value;
    CHECK(record.contains(R"("previous":")" + previous + R"(")"));
    previous = code_of(record);
  }
}

TEST_CASE("a day lists who called something, from the record on where it begins; the clock may go back") {
  Fixture f;
  f.read(f.ada, "search_orders");  // began a moment before midnight
  f.write_down();
  REQUIRE(f.begin(f.log, f.ada).has_value());
  f.test.clock.advance(24h);
  REQUIRE(f.begin(f.log, f.ada).has_value());
  REQUIRE(f.begin(f.log, f.grace).has_value());
  f.test.clock.jump(-48h);
  f.read(f.ada, "search_orders", CallOutcome::ok, -1h);  // set while it ran
  f.write_down();
  const auto& records = f.test.store.records();
  CHECK(f.keys("audit_user/") ==
        std::vector<std::string>{"audit_user/2029-12-31/user_ada/org_1", "audit_user/2030-01-01/user_ada/org_1",
                                 "audit_user/2030-01-02/user_ada/org_1", "audit_user/2030-01-02/user_grace/org_1"});
  CHECK(records.at("audit_user/2029-12-31/user_ada/org_1").value == "1");
  CHECK(records.at("audit_user/2030-01-01/user_ada/org_1").value == "2");
  CHECK(records.at("audit_user/2030-01-02/user_ada/org_1").value == "3");
  CHECK(f.lines().contains(R"("ms":0})"));
  CHECK(f.keys("audit/user_ada/org_1/b").size() == 4);
}

TEST_CASE("what was called is written down as text, whatever it is, and arguments never are") {
  Fixture f;
  const auto arguments = json::parse(R"({"card":"canary-4111"})");
  REQUIRE(arguments);
  const mcp::CallChange with = f.log.identify("cancel_order", *arguments);
  CHECK(with.arguments.size() == 22);
  CHECK(with.id != f.log.identify("cancel_order", *arguments).id);
  CHECK(with.arguments == f.log.identify("cancel_order", *arguments).arguments);
  REQUIRE(run_ready(f.log.begin(f.change(f.ada, with))).has_value());
  std::string name = "\"},\n{\"name\":\"";
  while (name.size() < 1000) name += "ä";
  f.read(f.ada, name, CallOutcome::error);
  f.write_down();
  for (const auto& [key, entry] : f.test.store.records()) CHECK_FALSE(entry.value.contains("canary"));
  const std::string lines = f.lines();
  CHECK(f.count(lines, "\n") == 2);
  const auto line = json::parse(std::string_view{lines}.substr(lines.find('\n') + 1));
  REQUIRE(line);
  CHECK(std::string_view{line->at("name").as_string()} ==
        std::string_view{name}.substr(0, line->at("name").as_string().size()));
  CHECK(line->at("name").as_string().size() <= 256);
}

TEST_CASE("what waits is written soon by one request, and by the next if that one is dropped") {
  Fixture f;
  f.read(f.ada, "search_orders");
  Job first = Job::start(f.log.write_down_soon(), [](const std::exception_ptr&) {});
  const Job second = Job::start(f.log.write_down_soon(), [](const std::exception_ptr&) {});
  CHECK(second.done());
  first.cancel();
  const Job third = Job::start(f.log.write_down_soon(), [](const std::exception_ptr&) {});
  CHECK(f.test.store.operations() == 0);
  f.test.clock.advance(1s);
  CHECK(third.done());
  CHECK(f.lines().contains("search_orders"));
}

}  // namespace postern::audit
