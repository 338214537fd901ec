// An app whose calls become tasks, and what the tests of tasks share.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "postern/base/race.hpp"
#include "postern/base/when_all.hpp"
#include "postern/mcp/endpoint_fixture.hpp"

namespace postern::mcp::test {

struct Work {
  int seconds = 0;
};
inline Task<Result<std::string>> work(Work in, Call& call) {
  for (int done = 0; done < in.seconds; ++done) {
    call.progress(done, in.seconds, "step " + std::to_string(done + 1));
    co_await call.clock().sleep_for(std::chrono::seconds{1});
  }
  co_return "worked " + std::to_string(in.seconds);
}
inline Task<Result<std::string>> refuses(Call& call) {
  co_await call.clock().sleep_for(std::chrono::seconds{1});
  co_return fail(Error::Kind::conflict, "It was shipped already.");
}
inline Task<Result<std::string>> breaks(Call& call) {
  co_await call.clock().sleep_for(std::chrono::seconds{1});
  co_return fail(Error::Kind::internal, "It broke.");
}
inline Task<Result<std::string>> talks(Call& call) {
  co_await call.clock().sleep_for(std::chrono::seconds{1});
  call.set_meta("com.example/cost", 7);
  co_return std::string(200'000, 'x');
}
struct Named {
  std::string name;
};
// Asks before it is long, and twice at the same time when it is.
inline Task<Result<std::string>> asks_in_rounds(Call& call) {
  CO_TRY(auto first, co_await call.ask<Named>("first", "First?"));
  co_await call.clock().sleep_for(std::chrono::seconds{1});
  auto [second, third] = co_await when_all(call.ask<Named>("name", "Second?"), call.ask<Named>("name", "Third?"));
  CO_TRY(auto b, std::move(second));
  CO_TRY(auto c, std::move(third));
  co_return first->name + " " + b->name + " " + c->name;
}
inline Task<Result<std::string>> asks_late(Call& call) {
  co_await call.clock().sleep_for(std::chrono::seconds{1});
  CO_TRY(auto answer, co_await call.ask<Named>("name", "Who?"));
  co_return "Hello " + (answer ? answer->name : "nobody");
}

// More than a record of the Store has room for, as a question, an answer and a message.
inline Task<Result<std::string>> asks_much(Call& call) {
  co_await call.clock().sleep_for(std::chrono::seconds{1});
  call.progress(1, std::nullopt, std::string(100'000, 'm'));
  CO_TRY(auto answer, co_await call.ask<Named>("much", std::string(100'000, 'q')));
  co_return fail(Error::Kind::internal, answer->name);
}
// Asks, and does not wait for long.
inline Task<Result<std::string>> impatient(Call& call) {
  co_await call.clock().sleep_for(std::chrono::seconds{1});
  co_await race(call.ask<Named>("name", "Who?"), call.clock().sleep_for(std::chrono::seconds{5}));
  co_await call.clock().sleep_for(std::chrono::seconds{5});
  co_return "Hello whoever";
}
// Ends, or asks, a little later than it becomes a task.
inline Task<Result<std::string>> ends_soon(Call& call) {
  co_await call.clock().sleep_for(std::chrono::milliseconds{550});
  co_return "done";
}
inline Task<Result<std::string>> asks_soon(Call& call) {
  co_await call.clock().sleep_for(std::chrono::milliseconds{550});
  CO_TRY(auto answer, co_await call.ask<Named>("name", "Who?"));
  co_return "Hello " + (answer ? answer->name : "nobody");
}

inline App make_task_app() {
  App app{"acme", "1"};
  app.tool("hello", "Say hello.", hello);
  app.tool("work", "Work a while.", work).may_become_task();
  app.tool("refuses", "Say no.", refuses).must_become_task();
  app.tool("breaks", "Break.", breaks).may_become_task();
  app.tool("talks", "Talk a lot.", talks).may_become_task();
  app.tool("asks", "Ask a lot.", asks_in_rounds).may_become_task();
  app.tool("asks_late", "Ask late.", asks_late).may_become_task();
  app.tool("asks_much", "Ask much.", asks_much).may_become_task();
  app.tool("impatient", "Ask, and go on.", impatient).may_become_task();
  app.tool("ends_soon", "End soon.", ends_soon).may_become_task();
  app.tool("asks_soon", "Ask soon.", asks_soon).may_become_task();
  return app;
}

inline constexpr std::string_view with_tasks =
    R"({"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})";

// A store whose every answer takes its time, and which may be full.
class SlowStore final : public Store {
 public:
  SlowStore(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  Task<Result<std::optional<Entry>>> get(std::string key) override { return later(store_.get(std::move(key)), clock_); }
  Task<Result<void>> put(std::string key, std::string value, TimePoint expires_at) override {
    return later(store_.put(std::move(key), std::move(value), expires_at), clock_);
  }
  Task<Result<bool>> create(std::string key, std::string value, TimePoint expires_at) override {
    return later(store_.create(std::move(key), std::move(value), expires_at), clock_);
  }
  Task<Result<bool>> replace(std::string key, std::uint64_t version, std::string value, TimePoint expires_at) override {
    if (is_full) return later(refuse(), clock_);
    return later(store_.replace(std::move(key), version, std::move(value), expires_at), clock_);
  }
  Task<Result<std::optional<Entry>>> take(std::string key) override {
    return later(store_.take(std::move(key)), clock_);
  }
  Task<Result<void>> remove(std::string key) override { return later(store_.remove(std::move(key)), clock_); }
  Task<Result<std::vector<KeyedEntry>>> scan(std::string prefix, std::string after, std::size_t count) override {
    return later(store_.scan(std::move(prefix), std::move(after), count), clock_);
  }

  bool is_full = false;

 private:
  static Task<Result<bool>> refuse() { co_return fail(Error::Kind::unavailable, "disk full"); }
  template <class T>
  static Task<T> later(Task<T> operation, Clock& clock) {
    co_await clock.sleep_for(std::chrono::milliseconds{50});
    co_return co_await std::move(operation);
  }

  Store& store_;
  Clock& clock_;
};

struct TaskFixture : Fixture {
  TaskFixture() : Fixture(make_task_app()) {
    alice.client_id = bob.client_id = elsewhere.client_id = "assistant";
    other.client_id = "other";
  }
  Principal other{.user_id = "user_alice"};
  Principal elsewhere{.user_id = "user_alice", .organization_id = "org_2"};

  static http::Request able(http::Request request, std::string_view capabilities = with_tasks) {
    constexpr std::string_view none = R"(clientCapabilities":{})";
    request.body.replace(request.body.find(none) + none.size() - 2, 2, capabilities);
    return request;
  }
  // Sends it, and lets half a second go by: after which a call is a task.
  http::Response send_long(http::Request request) {
    Exchange exchange;
    exchange.request = std::move(request);
    exchange.start(endpoint, alice);
    test.clock.advance(std::chrono::milliseconds{500});
    REQUIRE(exchange.answered);
    return std::move(exchange.response);
  }
  json::Object result_of(const http::Response& response) {
    const json::Value value = parsed(response);
    REQUIRE_MESSAGE(json::find(value, "result"), response.body);
    return json::find(value, "result")->as_object();
  }
  // The id of the task that a modern call becomes.
  std::string begin(std::string_view tool, std::string_view arguments = "{}") {
    const json::Object task = result_of(send_long(able(call(tool, arguments))));
    REQUIRE(*json::find(task, "resultType") == "task");
    CHECK(*json::find(task, "status") == "working");
    return std::string{*json::find_string(task, "taskId")};
  }
  static http::Request about(std::string_view method, std::string_view id, std::string_view more = "") {
    return able(modern(method, R"("taskId":")" + std::string{id} + "\"," + std::string{more}, id));
  }
  http::Request of_session(std::string_view session, std::string_view method, std::string_view params) {
    return post(
        R"({"jsonrpc":"2.0","id":1,"method":")" + std::string{method} + R"(","params":{)" + std::string{params} + "}}",
        {{"Mcp-Session-Id", session}});
  }
  json::Object get(std::string_view id) { return result_of(send(about("tasks/get", id))); }
  std::string status(std::string_view id) { return std::string{*json::find_string(get(id), "status")}; }
};

}  // namespace postern::mcp::test
