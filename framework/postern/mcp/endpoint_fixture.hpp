// A small app and its endpoint, with fake ports: what the endpoint's tests share.
#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

#include "postern/http/sse.hpp"
#include "postern/mcp.hpp"
#include "postern/mcp/endpoint.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::mcp::test {

struct Add {
  int a = 0;
  int b = 0;
  static constexpr auto schema = fields(field<&Add::a>("One number", range{-1000, 1000}, required),
                                        field<&Add::b>("Another", range{-1000, 1000}, required));
};
struct Sum {
  int sum = 0;
};
struct Wait {
  int seconds = 0;
};

inline Task<Result<Sum>> add(Add in, Call&) { co_return Sum{in.a + in.b}; }
inline Task<Result<std::string>> hello(Call& call) {
  co_return "Hello " + (call.caller() ? call.user().user_id : "you");
}
inline Task<Result<std::string>> fails(Call&) { co_return fail(Error::Kind::not_found, "No such order."); }
inline Task<Result<std::string>> throws(Call&) {
  throw std::runtime_error{"secret detail"};
  co_return "";
}
inline Task<Result<std::string>> steps(Call& call) {
  for (const double done : {1.0, 2.0, 2.0, 1.0, 3.0}) {
    call.progress(done, 3, "step");
    co_await call.clock().sleep_for(std::chrono::milliseconds{50});
  }
  co_return "done";
}
// A kilobyte of progress, `count` times in one go.
inline void report_much(Call& call, int first, int count) {
  const std::string much(1'024 - 100, '.');
  for (int i = first; i < first + count; ++i) call.progress(i, std::nullopt, much);
}
inline Task<Result<std::string>> floods(Call& call) {
  report_much(call, 1, 5'000);
  co_return "flooded";
}
inline Task<Result<std::string>> bursts(Call& call) {
  for (const int first : {1, 201, 401}) {
    report_much(call, first, 200);
    co_await call.clock().sleep_for(std::chrono::milliseconds{50});
  }
  co_return "done";
}
inline Task<Result<std::string>> waits(Wait in, Call& call) {
  co_await call.clock().sleep_for(std::chrono::seconds{in.seconds});
  co_return "waited " + std::to_string(in.seconds);
}

inline App make_app() {
  App app{"acme", "1.2.3"};
  app.instructions("Sums.").scope("orders:write", "Change your orders");
  app.tool("add", "Add two numbers.", add).title("Addition").read_only().idempotent().closed_world();
  app.tool("hello", "Say hello.", hello).without_sign_in();
  app.tool("fails", "Always fails.", fails);
  app.tool("throws", "Always throws.", throws);
  app.tool("steps", "Reports progress.", steps);
  app.tool("floods", "Reports too much progress.", floods);
  app.tool("bursts", "Reports progress in bursts.", bursts);
  app.tool("waits", "Takes its time.", waits);
  app.tool("cancel_order", "Cancels.", hello).destructive().needs_scope("orders:write");
  return app;
}

struct Name {
  std::string name;
};
inline Task<Result<std::string>> asks_name(Call& call) {
  CO_TRY(const auto answer, co_await call.ask<Name>("name", "Who are you?"));
  co_return "You are " + answer->name;
}
inline Task<Result<std::string>> change_order(Call& call) {
  co_await call.resource_updated("acme://orders/17");
  co_return "changed";
}
inline Task<Result<std::string>> read_order(Name, Call&) { co_return "an order"; }

// The same, and what has something to say by itself.
inline App make_talking_app() {
  App app = make_app();
  app.tool("asks", "Asks.", asks_name);
  app.tool("change", "Change an order.", change_order);
  app.resource_template("acme://orders/{name}", "order", "One order.", read_order);
  return app;
}

// What a modern body needs in its _meta, without braces.
inline constexpr std::string_view modern_meta =
    R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{})";

// The same for every instance of a server.
inline Secret session_key() { return Secret{std::string(32, 'k')}; }

inline Caller shared(const Principal* caller) { return caller ? std::make_shared<const Principal>(*caller) : nullptr; }

struct Fixture {
  explicit Fixture(App offered = make_app()) : app(std::move(offered)) {}

  testing::TestPorts test;
  App app;
  Endpoint endpoint{app, test.ports, {.session_key = session_key()}};
  Principal alice{.user_id = "user_alice"};
  Principal bob{.user_id = "user_bob"};

  static http::Request post(std::string body,
                            std::initializer_list<std::pair<std::string_view, std::string_view>> more = {}) {
    http::Request request{.method = http::Method::post, .target = "/mcp", .body = std::move(body), .id = "req_1"};
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json, text/event-stream");
    for (const auto& [name, value] : more) request.headers.set(name, value);
    return request;
  }
  // A request as 2026-07-28 wants it. `params`: members besides _meta, each with a comma after it.
  static http::Request modern(std::string_view method, std::string_view params = "", std::string_view name = "",
                              std::string_view more_meta = "") {
    http::Request request =
        post(R"({"jsonrpc":"2.0","id":1,"method":")" + std::string{method} + R"(","params":{)" + std::string{params} +
                 R"("_meta":{)" + std::string{modern_meta} + std::string{more_meta} + "}}}",
             {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", method}});
    if (!name.empty()) request.headers.set("Mcp-Name", name);
    return request;
  }
  static http::Request call(std::string_view tool, std::string_view arguments, std::string_view more_meta = "") {
    return modern("tools/call", R"("name":")" + std::string{tool} + R"(","arguments":)" + std::string{arguments} + ",",
                  tool, more_meta);
  }

  http::Response send(http::Request request, const Principal* caller) {
    auto answer = run_ready(endpoint.handle(request, shared(caller)));
    REQUIRE(answer);
    return *std::move(answer);
  }
  http::Response send(http::Request request) { return send(std::move(request), &alice); }
  // The session's id.
  std::string initialize(std::string_view revision, const Principal& caller, std::string_view capabilities = "{}") {
    auto response = send(
        post(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" + std::string{revision} +
             R"(","capabilities":)" + std::string{capabilities} + R"(,"clientInfo":{"name":"t","version":"1"}}})"),
        &caller);
    REQUIRE(response.status == 200);
    const std::string* id = response.headers.find("Mcp-Session-Id");
    REQUIRE(id);
    return *id;
  }
};

// One request under way, as a host would drive it: waits for the response, then reads its stream to the end.
struct Exchange {
  http::Request request;
  http::Response response;
  std::optional<http::SseEvent> primer;  // that there is nothing in (2025-11-25)
  std::vector<http::SseEvent> events;
  std::size_t comments = 0;
  std::size_t writes = 0;  // that bring events
  bool answered = false;
  bool ended = false;
  Job job;

  static Task<void> drive(Endpoint& endpoint, Exchange& self, const Principal* caller) {
    auto answer = co_await endpoint.handle(self.request, shared(caller));
    REQUIRE(answer);
    self.response = *std::move(answer);
    self.answered = true;
    http::SseParser parser;
    while (self.response.stream) {
      auto bytes = co_await self.response.stream->next();
      if (!bytes) break;
      ++(bytes->starts_with(":") ? self.comments : self.writes);
      for (auto& event : *parser.feed(*bytes)) {
        if (event.data.empty()) {
          self.primer = std::move(event);
        } else {
          self.events.push_back(std::move(event));
        }
      }
    }
    self.ended = true;
  }
  void start(Endpoint& endpoint, const Principal& caller) {
    job = Job::start(drive(endpoint, *this, &caller), [](std::exception_ptr failure) { REQUIRE_FALSE(failure); });
  }
  // What the client hears last: a plain body, or the stream's last event.
  [[nodiscard]] std::string reply() const { return events.empty() ? response.body : events.back().data; }
  void disconnect() {
    job.cancel();
    response.stream.reset();
  }
};

inline json::Value parsed(const http::Response& response) {
  auto value = json::parse(response.body);
  REQUIRE(value);
  return *std::move(value);
}
inline std::int64_t error_code(const http::Response& response) {
  const json::Value value = parsed(response);
  const json::Value* error = json::find(value, "error");
  return error ? json::find(*error, "code")->to_number<std::int64_t>() : 0;
}

}  // namespace postern::mcp::test
