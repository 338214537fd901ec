#include "postern/mcp/call_log.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "postern/base/wait_list.hpp"
#include "postern/mcp/endpoint_fixture.hpp"

namespace postern::mcp {
namespace {

using namespace std::chrono_literals;
using test::Exchange;
using test::Fixture;

// Writes down what it is told, one line each.
class RecordingCallLog final : public CallLog {
 public:
  explicit RecordingCallLog(Clock& clock) : clock_(clock) {}

  std::vector<std::string> lines;
  bool refuses = false;
  bool held = false;  // a beginning waits for release()
  void release() { gate_.wake_all(); }

  CallChange identify(std::string_view, const json::Value& arguments) override {
    return {.id = "call_" + std::to_string(++changes_), .arguments = json::serialize(arguments)};
  }
  Task<Result<void>> begin(const LoggedCall& call) override {
    lines.push_back("begin " + describe(call));
    return written();
  }
  void end(const LoggedCall& call, CallOutcome outcome) override {
    static constexpr const char* names[] = {"ok",    "tool_error", "error",     "denied",
                                            "asked", "cancelled",  "timed_out", "not_run"};
    lines.push_back(std::string{names[static_cast<int>(outcome)]} + " " + describe(call) + " " +
                    std::to_string((clock_.now() - call.began_at).count()));
  }

 private:
  static std::string describe(const LoggedCall& call) {
    CHECK(call.request_id == "req_1");
    return call.caller->user_id + " " + std::string{call.method} + " " + std::string{call.name} +
           (call.change ? " " + call.change->id + " " + call.change->arguments : "");
  }
  Task<Result<void>> written() {
    if (held) co_await gate_.wait();
    if (refuses) co_return fail(Error::Kind::unavailable, "disk full");
    co_return Result<void>{};
  }

  Clock& clock_;
  int changes_ = 0;
  WaitList gate_;
};

int runs = 0;
Task<Result<std::string>> counts(Call&) {
  ++runs;
  co_return "done";
}
Task<Result<ToolResult>> says_no(Call&) { co_return ToolResult{.content = {Text{"no"}}, .is_error = true}; }
Task<Result<std::string>> asks(Call& call) {
  CO_TRY(auto sum, co_await call.ask<test::Sum>("sum", "How much?"));
  co_return std::to_string(sum ? sum->sum : 0);
}
Task<Result<std::string>> text(Call&) { co_return "text"; }

App make_app() {
  App app = test::make_app();
  app.tool("counts", "Counts its runs.", counts);
  app.tool("reads", "Counts its runs, and is looked at closely.", counts).read_only().on_record();
  app.tool("says_no", "Says no.", says_no).read_only();
  app.tool("asks", "Asks.", asks);
  app.tool("hidden", "Of another role.", counts).needs_role("org:admin");
  app.prompt("greet", "Greets.", text);
  app.resource("acme://terms", "terms", "The terms.", text);
  return app;
}

struct Logged : Fixture {
  Logged() : Fixture(make_app()) { runs = 0; }
  RecordingCallLog log{test.clock};
  Endpoint logged{app, test.ports, {.session_key = test::session_key(), .call_log = &log}};

  http::Response ask(http::Request request, const Principal* caller) {
    auto answer = run_ready(logged.handle(request, test::shared(caller)));
    return answer ? *std::move(answer) : http::Response::empty(403);
  }
  http::Response ask(http::Request request) { return ask(std::move(request), &alice); }
  std::vector<std::string> take() { return std::exchange(log.lines, {}); }
};
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a call that reads is told of once, when it has ended") {
  Logged f;
  REQUIRE(f.ask(f.call("add", R"({"a":1,"b":2})")).status == 200);
  CHECK(f.take() == Lines{"ok user_alice tools/call add 0"});
  REQUIRE(f.ask(f.call("says_no", "{}")).status == 200);
  CHECK(f.take() == Lines{"tool_error user_alice tools/call says_no 0"});
  REQUIRE(f.ask(f.modern("prompts/get", R"("name":"greet",)", "greet")).status == 200);
  CHECK(f.take() == Lines{"ok user_alice prompts/get greet 0"});
  REQUIRE(f.ask(f.modern("resources/read", R"("uri":"acme://terms",)", "acme://terms")).status == 200);
  CHECK(f.take() == Lines{"ok user_alice resources/read acme://terms 0"});
}

TEST_CASE("a call that may change something is told of before it runs, and when it has ended") {
  Logged f;
  REQUIRE(f.ask(f.call("counts", "{}")).status == 200);
  CHECK(f.take() ==
        Lines{"begin user_alice tools/call counts call_1 {}", "ok user_alice tools/call counts call_1 {} 0"});
  REQUIRE(f.ask(f.call("fails", "{}")).status == 200);
  CHECK(f.take().back() == "tool_error user_alice tools/call fails call_2 {} 0");
  REQUIRE(f.ask(f.call("throws", "{}")).status == 200);
  CHECK(f.take().back() == "error user_alice tools/call throws call_3 {} 0");
  REQUIRE(f.ask(f.call("reads", "{}")).status == 200);  // a tool may want it, though it only reads
  CHECK(f.take().front() == "begin user_alice tools/call reads call_4 {}");
}

TEST_CASE("it runs when it is written down, and not before") {
  Logged f;
  f.log.held = true;
  Exchange exchange{.request = f.call("counts", "{}")};
  exchange.start(f.logged, f.alice);
  CHECK(runs == 0);
  CHECK_FALSE(exchange.answered);
  f.log.release();
  CHECK(runs == 1);
  CHECK(exchange.reply().contains("done"));
}

TEST_CASE("what cannot be written down is not done, and its caller is told") {
  Logged f;
  f.log.refuses = true;
  const http::Response response = f.ask(f.call("counts", "{}"));
  CHECK(runs == 0);
  CHECK(response.body.contains("Nothing was done"));
  CHECK(response.body.contains(R"("isError":true)"));
  CHECK_FALSE(response.body.contains("disk full"));
  CHECK(f.take().back() == "not_run user_alice tools/call counts call_1 {} 0");
  REQUIRE(f.ask(f.call("add", R"({"a":1,"b":2})")).body.contains("3"));  // reading goes on
}

TEST_CASE("whoever may not call, or calls what is not there, is told of") {
  Logged f;
  CHECK(f.ask(f.call("cancel_order", "{}")).status == 403);
  CHECK(f.take() == Lines{"denied user_alice tools/call cancel_order 0"});
  for (std::string_view name : {"hidden", "unknown"}) {
    (void)f.ask(f.call(name, "{}"));
    CHECK(f.take() == Lines{"error user_alice tools/call " + std::string{name} + " 0"});
  }
  (void)f.ask(f.call("add", R"({"a":"x"})"));
  CHECK(f.take() == Lines{"tool_error user_alice tools/call add 0"});
  (void)f.ask(f.call("add", "[]"));
  CHECK(f.take() == Lines{"error user_alice tools/call add 0"});
  (void)f.ask(f.modern("resources/read", R"("uri":"acme://x",)", "acme://x"));
  CHECK(f.take() == Lines{"error user_alice resources/read acme://x 0"});
  CHECK(runs == 0);
}

TEST_CASE("what nobody signed in for, and what is no call, is not told of") {
  Logged f;
  REQUIRE(f.ask(f.call("hello", "{}"), nullptr).status == 200);
  (void)f.ask(f.call("add", "{}"), nullptr);
  (void)f.ask(f.modern("tools/list"));
  (void)f.ask(f.modern("completion/complete",
                       R"("ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"a","value":""},)"));
  CHECK(f.take().empty());
}

TEST_CASE("a call ends once: cancelled, timed out, or with a question") {
  Logged f;
  Exchange left{.request = f.call("waits", R"({"seconds":100})")};
  left.start(f.logged, f.alice);
  f.test.clock.advance(5s);
  left.disconnect();
  CHECK(f.take() == Lines{"begin user_alice tools/call waits call_1 {\"seconds\":100}",
                          "cancelled user_alice tools/call waits call_1 {\"seconds\":100} 5000"});

  f.alice.authorized_until = f.test.clock.now() + 10s;
  Exchange slow{.request = f.call("waits", R"({"seconds":100})")};
  slow.start(f.logged, f.alice);
  f.test.clock.advance(20s);
  CHECK(slow.ended);
  CHECK(f.take().back().starts_with("timed_out user_alice tools/call waits call_2"));

  f.alice.authorized_until = TimePoint::max();
  http::Request question = f.call("asks", "{}");
  question.body.replace(question.body.find(R"(clientCapabilities":{})"), 22,
                        R"(clientCapabilities":{"elicitation":{}})");
  REQUIRE(f.ask(std::move(question)).body.contains("input_required"));
  CHECK(f.take().back() == "asked user_alice tools/call asks call_3 {} 0");
}

TEST_CASE("in a session, one by one and in a batch, calls are told of as well") {
  Logged f;
  const std::string session = [&] {
    auto response =
        f.ask(f.post(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26",)"
                     R"("capabilities":{},"clientInfo":{"name":"t","version":"1"}}})"));
    return *response.headers.find("Mcp-Session-Id");
  }();
  const std::string add =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":1}}})";
  const std::string unknown = R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"none"}})";
  REQUIRE(f.ask(f.post(add, {{"Mcp-Session-Id", session}})).status == 200);
  CHECK(f.take() == Lines{"ok user_alice tools/call add 0"});
  REQUIRE(f.ask(f.post("[" + add + "," + unknown + "]", {{"Mcp-Session-Id", session}})).status == 200);
  CHECK(f.take() == Lines{"ok user_alice tools/call add 0", "error user_alice tools/call none 0"});
}

TEST_CASE("what is refused where a stream of 2024-11-05 takes its messages is told of as well") {
  Logged f;
  http::Request open{.method = http::Method::get, .target = "/sse", .id = "req_1"};
  open.headers.set("Accept", "text/event-stream");
  auto opened = run_ready(f.logged.open_sse(open, test::shared(&f.alice), "/messages?session_id="));
  REQUIRE(opened);
  http::SseParser parser;
  const auto events = parser.feed(run_ready(opened->stream->next()).value());
  REQUIRE(events);
  http::Request post = Fixture::post(
      R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"cancel_order","arguments":{}}})");
  post.target = events->at(0).data;
  CHECK_FALSE(run_ready(f.logged.post_sse(post, test::shared(&f.alice))).has_value());
  CHECK(f.take() == Lines{"denied user_alice tools/call cancel_order 0"});
}

}  // namespace postern::mcp
