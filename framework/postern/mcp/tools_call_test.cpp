// Calls that take their time: streams, progress, cancellation, and many at once.
#include <random>

#include "postern/base/limits.hpp"
#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

namespace {

Task<Result<std::string>> reports_and_asks(Call& call) {
  call.progress(1);
  return asks_name(call);
}

constexpr std::string_view token = R"(,"progressToken":"p")";

}  // namespace

TEST_CASE("progress and then the result come as events of one stream; what is not more is not told") {
  Fixture fixture;
  Exchange exchange{.request = Fixture::call("steps", "{}", token)};
  exchange.start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(1s);
  REQUIRE(exchange.ended);
  CHECK(*exchange.response.headers.find("Content-Type") == "text/event-stream");
  CHECK(*exchange.response.headers.find("X-Accel-Buffering") == "no");
  REQUIRE(exchange.events.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) {
    // 2026-07-28, basic/patterns/progress.
    CHECK(
        *json::parse(exchange.events[i].data) ==
        *json::parse(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":)" +
                     std::to_string(i + 1) + R"(.0,"total":3.0,"message":"step"}})"));
  }
  CHECK(exchange.reply().contains("\"done\""));
}

TEST_CASE("without a token, or without event streams, there is only the result") {
  Fixture fixture;
  Exchange silent{.request = Fixture::call("steps", "{}")};
  Exchange plain{.request = Fixture::call("steps", "{}", token)};
  plain.request.headers.set("Accept", "application/json");
  for (Exchange* exchange : {&silent, &plain}) {
    exchange->start(fixture.endpoint, fixture.alice);
    fixture.test.clock.advance(1s);
    REQUIRE(exchange->ended);
    CHECK(exchange->events.empty());
    CHECK(*exchange->response.headers.find("Content-Type") == "application/json");
    CHECK(exchange->reply().contains("\"done\""));
  }
  http::Request at_once = Fixture::call("floods", "{}", token);
  at_once.headers.set("Accept", "application/json");
  CHECK(parsed(fixture.send(std::move(at_once))).at("result").at("content").at(0).at("text") == "flooded");
}

// 2026-07-28, basic/index, capability negotiation: 400, which only a plain answer can be.
TEST_CASE("what a client cannot be asked is an HTTP error, though the tool has reported progress") {
  App app{"acme", "1"};
  app.tool("asks", "Asks.", reports_and_asks);
  Fixture fixture{std::move(app)};
  const http::Response response = fixture.send(Fixture::call("asks", "{}", token));
  CHECK(response.status == 400);
  CHECK(error_code(response) == -32021);
}

TEST_CASE("a call that takes long becomes a stream, kept alive, and ends after an hour at the latest") {
  Fixture fixture;
  Exchange minute{.request = Fixture::call("waits", R"({"seconds":60})")};
  minute.start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(2s);
  CHECK_FALSE(minute.answered);
  fixture.test.clock.advance(1s);
  CHECK(minute.answered);
  CHECK(minute.comments == 1);
  fixture.test.clock.advance(57s);
  CHECK(minute.comments == 4);
  CHECK(minute.reply().contains("waited 60"));

  for (const char* accept : {"text/event-stream", "application/json"}) {
    CAPTURE(accept);
    Exchange day{.request = Fixture::call("waits", R"({"seconds":86400})")};
    day.request.headers.set("Accept", accept);
    day.start(fixture.endpoint, fixture.alice);
    fixture.test.clock.advance(1h + 15s);
    REQUIRE(day.ended);
    CHECK(day.reply().contains("-32603"));
  }
  CHECK(fixture.test.clock.sleepers() == 0);
}

// security.md threat 43.
TEST_CASE("a call ends when the token it was made with does") {
  for (const char* accept : {"text/event-stream", "application/json"}) {
    CAPTURE(accept);
    Fixture fixture;
    fixture.alice.authorized_until = fixture.test.clock.now() + 7min;
    Exchange exchange{.request = Fixture::call("waits", R"({"seconds":3600})")};
    exchange.request.headers.set("Accept", accept);
    exchange.start(fixture.endpoint, fixture.alice);
    fixture.test.clock.advance(7min - 1s);
    CHECK_FALSE(exchange.ended);
    fixture.test.clock.advance(1s);
    REQUIRE(exchange.ended);
    CHECK(exchange.reply().contains("-32603"));
    CHECK(fixture.test.clock.sleepers() == 0);
  }
}

// Nothing is waited for in between, as when a client does not read: what does not fit into the queue is left out.
TEST_CASE("a reader that is too slow loses progress, never the result, and costs a bounded queue") {
  Fixture fixture;
  Exchange exchange{.request = Fixture::call("floods", "{}", token)};
  exchange.start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(1s);
  REQUIRE(exchange.ended);
  std::size_t bytes = 0;
  for (const auto& event : exchange.events) bytes += event.data.size();
  CHECK(exchange.events.size() > 200);
  CHECK(exchange.events.size() < 300);  // 256 KB of 1 KB each
  CHECK(bytes <= limits::stream_queue_bytes_max + exchange.reply().size());
  CHECK(*json::find(*json::find(*json::parse(exchange.events.front().data), "params"), "progress") == 1.0);
  CHECK(exchange.reply().contains("flooded"));
}

TEST_CASE("what a tool says in one go travels in one write; what is taken makes room for more") {
  Fixture fixture;
  Exchange exchange{.request = Fixture::call("bursts", "{}", token)};
  exchange.start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(1s);
  REQUIRE(exchange.ended);
  CHECK(exchange.events.size() == 3 * 200 + 1);  // 3 bursts of 200 KB, each taken before the next
  CHECK(exchange.writes == 4);                   // one each, and the result
}

TEST_CASE("a client that goes away takes its tool along") {
  Fixture fixture;
  for (const auto before : {0s, 10s}) {
    Exchange exchange{.request = Fixture::call("waits", R"({"seconds":60})", token)};
    exchange.start(fixture.endpoint, fixture.alice);
    fixture.test.clock.advance(before);
    CHECK(fixture.test.clock.sleepers() > 0);
    exchange.disconnect();
    CHECK(fixture.test.clock.sleepers() == 0);
  }
}

TEST_CASE("notifications/cancelled stops the call of its own session, and no other") {
  Fixture fixture;
  const auto alices = fixture.initialize("2025-11-25", fixture.alice);
  const auto bobs = fixture.initialize("2025-11-25", fixture.bob);
  Endpoint other_loop{fixture.app, fixture.test.ports, {.session_key = session_key()}};
  const std::string call =
      R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"waits","arguments":{"seconds":60}}})";
  auto cancel = [&](std::string_view session, const Principal& caller, std::string_view id) {
    auto request = Fixture::post(
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + std::string{id} + "}}",
        {{"Mcp-Session-Id", session}});
    CHECK(run_ready(other_loop.handle(request, shared(&caller)))->status == 202);
  };
  for (const auto before : {0s, 10s}) {
    CAPTURE(before.count());
    Exchange alice{.request = Fixture::post(call, {{"Mcp-Session-Id", alices}})};
    Exchange bob{.request = Fixture::post(call, {{"Mcp-Session-Id", bobs}})};
    alice.start(fixture.endpoint, fixture.alice);
    bob.start(fixture.endpoint, fixture.bob);
    fixture.test.clock.advance(before);
    cancel(alices, fixture.alice, "\"7\"");
    cancel(alices, fixture.alice, "8");
    CHECK_FALSE(alice.ended);
    cancel(alices, fixture.alice, "7");
    CHECK(alice.ended);
    CHECK(alice.reply().empty());
    CHECK_FALSE(bob.ended);
    cancel(bobs, fixture.bob, "7");
    CHECK(bob.ended);
    CHECK(fixture.test.clock.sleepers() == 0);
  }
}

// security.md threat 28, CVE-2026-25536.
TEST_CASE("64 calls under one id, at once, each get their own answer and their own progress") {
  Fixture fixture;
  const auto session = fixture.initialize("2025-11-25", fixture.alice);
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < 64; ++i) {
    const std::string arguments = R"({"seconds":)" + std::to_string(1 + (i * 37) % 64) + "}";
    auto exchange = std::make_unique<Exchange>();
    exchange->request =
        i % 2 == 0
            ? Fixture::call("waits", arguments, token)
            : Fixture::post(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"waits","arguments":)" +
                                arguments + "}}",
                            {{"Mcp-Session-Id", session}});
    exchanges.push_back(std::move(exchange));
  }
  for (auto& exchange : exchanges) exchange->start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(70s);
  for (int i = 0; i < 64; ++i) {
    const auto& exchange = *exchanges[static_cast<std::size_t>(i)];
    REQUIRE(exchange.ended);
    CHECK(exchange.reply().contains("waited " + std::to_string(1 + (i * 37) % 64) + "\""));
    CHECK(exchange.events.size() <= 1);
  }
}

TEST_CASE("an exception of a tool stays in the log") {
  Fixture fixture;
  const auto response = fixture.send(Fixture::call("throws", "{}"));
  CHECK(response.status == 200);
  CHECK(error_code(response) == -32603);  // server/tools, error handling: a server error is no tool's result
  CHECK_FALSE(response.body.contains("secret detail"));
  CHECK(fixture.test.log.contains("request=req_1 method=tools/call name=throws what=secret detail"));
}
