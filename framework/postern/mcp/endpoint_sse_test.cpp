// HTTP with SSE, the transport of 2024-11-05: basic/transports, HTTP with SSE.
#include "postern/base/limits.hpp"
#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

namespace {

// One client's stream, and what it POSTs, on whatever loop.
struct SseClient {
  Endpoint& endpoint;
  const Principal caller;
  http::Request request{.method = http::Method::get, .target = "/sse"};
  http::Response response{};
  std::vector<http::SseEvent> events{};
  std::size_t comments = 0;
  bool ended = false;
  Job job{};

  static Task<void> drive(SseClient& self) {
    self.request.headers.set("Accept", "text/event-stream");
    auto answer = co_await self.endpoint.open_sse(self.request, shared(&self.caller), "/messages?session_id=");
    REQUIRE(answer);
    self.response = *std::move(answer);
    http::SseParser parser;
    while (auto bytes = co_await self.response.stream->next()) {
      if (bytes->starts_with(":")) ++self.comments;
      for (auto& event : *parser.feed(*bytes)) self.events.push_back(std::move(event));
    }
    self.ended = true;
  }
  void open() {
    job = Job::start(drive(*this), [](std::exception_ptr failure) { REQUIRE_FALSE(failure); });
    REQUIRE(events.size() == 1);
  }
  void disconnect() {
    job.cancel();
    response.stream.reset();
  }
  [[nodiscard]] http::Request message(std::string_view body) const {
    http::Request post{.method = http::Method::post, .target = events.at(0).data, .body = std::string{body}};
    post.headers.set("Content-Type", "application/json");
    return post;
  }
  int post(Endpoint& at, std::string_view body, const Principal& as) const {
    auto answer = run_ready(at.post_sse(message(body), shared(&as)));
    REQUIRE(answer);
    return answer->status;
  }
  int post(std::string_view body) const { return post(endpoint, body, caller); }
  void call(std::string_view tool, std::string_view arguments = "{}", std::string_view id = "7") const {
    CHECK(post(R"({"jsonrpc":"2.0","id":)" + std::string{id} +
               R"(,"method":"tools/call","params":{"_meta":{"progressToken":"p"},"name":")" + std::string{tool} +
               R"(","arguments":)" + std::string{arguments} + "}}") == 202);
  }
  void initialize() const {
    CHECK(post(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05",
                  "capabilities":{"elicitation":{"form":{}}},"clientInfo":{"name":"t","version":"1"}}})") == 202);
    CHECK(post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})") == 202);
  }
  [[nodiscard]] json::Value last() const { return *json::parse(events.back().data); }
};

constexpr std::string_view ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

}  // namespace

TEST_CASE("a stream says where to POST, then everything that the server has to say") {
  Fixture fixture{make_talking_app()};
  SseClient client{fixture.endpoint, fixture.alice};
  client.open();
  CHECK(client.events[0].event == "endpoint");
  CHECK(client.events[0].data.starts_with("/messages?session_id="));
  CHECK(*client.response.headers.find("Content-Type") == "text/event-stream");

  client.initialize();
  REQUIRE(client.events.size() == 2);
  CHECK(client.last().at("result").at("protocolVersion") == "2024-11-05");
  client.call("add", R"({"a":1,"b":2})");
  fixture.test.clock.advance(10ms);
  REQUIRE(client.events.size() == 3);
  CHECK(client.last().at("id") == 7);
  client.call("steps");
  fixture.test.clock.advance(1s);
  CHECK(client.events.size() == 3 + 4);
  CHECK(client.events.back().data.contains("\"done\""));
  CHECK(client.post(ping) == 202);
  CHECK(client.last() == *json::parse(R"({"jsonrpc":"2.0","id":1,"result":{}})"));
  for (const auto& event : client.events) CHECK(event.id.empty());
  CHECK(fixture.test.store.records().empty());
}

TEST_CASE("a client that comes back with a new stream goes on, though it does not start anew") {
  Fixture fixture{make_talking_app()};
  SseClient client{fixture.endpoint, fixture.alice};
  client.open();
  client.call("add", R"({"a":1,"b":2})");
  fixture.test.clock.advance(10ms);
  CHECK(client.events.back().data.contains('3'));
}

TEST_CASE("a message on another loop reaches the stream; answers and cancellations, too") {
  Fixture fixture{make_talking_app()};
  Endpoint other{fixture.app, fixture.test.ports, {.session_key = session_key()}};
  SseClient client{fixture.endpoint, fixture.alice};
  client.open();
  client.initialize();
  client.call("asks");
  fixture.test.clock.advance(10ms);
  REQUIRE(client.last().at("method") == "elicitation/create");
  const std::string answer = R"({"jsonrpc":"2.0","id":)" + json::serialize(client.last().at("id")) +
                             R"(,"result":{"action":"accept","content":{"name":"Ada"}}})";
  CHECK(client.post(other, answer, fixture.alice) == 202);
  fixture.test.clock.advance(10ms);
  CHECK(client.events.back().data.contains("You are Ada"));

  const auto idle = fixture.test.clock.sleepers();
  client.call("waits", R"({"seconds":60})", "8");
  fixture.test.clock.advance(5s);
  CHECK(fixture.test.clock.sleepers() > idle);
  CHECK(client.post(other, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8}})",
                    fixture.alice) == 202);
  fixture.test.clock.advance(10ms);
  CHECK(fixture.test.clock.sleepers() == idle);
}

TEST_CASE("what the client watches is told on the same stream") {
  Fixture fixture{make_talking_app()};
  SseClient client{fixture.endpoint, fixture.alice};
  client.open();
  client.initialize();
  CHECK(client.post(R"({"jsonrpc":"2.0","id":5,"method":"resources/subscribe","params":{"uri":"acme://orders/17"}})") ==
        202);
  fixture.send(Fixture::call("change", "{}"));
  CHECK(client.last().at("method") == "notifications/resources/updated");
}

// security.md threats 27 and 28.
TEST_CASE("an address is good for the connection that opened the stream, and for as long as there is one") {
  Fixture fixture{make_talking_app()};
  fixture.alice.grant_id = "grant_1";
  SseClient client{fixture.endpoint, fixture.alice};
  client.open();
  Principal other_connection = fixture.alice;
  other_connection.grant_id = "grant_2";
  auto status_of = [&](http::Request request, const Principal& caller) {
    std::optional<Endpoint::Answer> answer;
    auto ask = [](Endpoint& endpoint, const http::Request& asked, Caller as,
                  std::optional<Endpoint::Answer>& out) -> Task<void> { out = co_await endpoint.post_sse(asked, as); };
    Job job = Job::start(ask(fixture.endpoint, request, shared(&caller), answer), [](const std::exception_ptr&) {});
    if (!answer) fixture.test.clock.advance(limits::sse_taken_within);
    REQUIRE(answer);
    return (*answer)->status;
  };
  CHECK(status_of(client.message(ping), fixture.alice) == 202);
  CHECK(status_of(client.message(ping), fixture.bob) == 404);
  CHECK(status_of(client.message(ping), other_connection) == 404);
  http::Request changed = client.message(ping);
  changed.target.back() = changed.target.back() == 'A' ? 'B' : 'A';
  CHECK(status_of(changed, fixture.alice) == 404);
  changed.target = "/messages";
  CHECK(status_of(changed, fixture.alice) == 404);
  CHECK(client.post("{") == 400);
  CHECK(client.post("[]") == 400);
  CHECK(client.events.size() == 2);
  client.disconnect();
  CHECK(status_of(client.message(ping), fixture.alice) == 404);
}

TEST_CASE("what needs more rights than the POST's token has is challenged there") {
  Fixture fixture{make_talking_app()};
  Principal alice = fixture.alice;
  alice.scopes = {"orders:write"};
  SseClient client{fixture.endpoint, alice};
  client.open();
  const http::Request request =
      client.message(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"cancel_order"}})");
  const auto denied = run_ready(fixture.endpoint.post_sse(request, shared(&fixture.alice)));
  REQUIRE_FALSE(denied);
  CHECK(denied.error().reason == Denied::Reason::scopes);
  CHECK(client.post(request.body) == 202);

  SUBCASE("and what the stream's token lacks is an error on the stream") {
    SseClient weaker{fixture.endpoint, fixture.alice};
    weaker.open();
    CHECK(weaker.post(fixture.endpoint, request.body, alice) == 202);
    CHECK(weaker.last().at("error").at("code") == -32600);
    CHECK(weaker.last().at("id") == 1);
  }
}

// security.md threat 43.
TEST_CASE("a stream is kept alive, bounded in what runs for it, and ends with its token and its connection") {
  Fixture fixture{make_talking_app()};
  fixture.alice.authorized_until = fixture.test.clock.now() + 7min;
  SseClient client{fixture.endpoint, fixture.alice};
  client.open();
  client.initialize();
  fixture.test.clock.advance(1min);
  CHECK(client.comments == 4);
  std::size_t taken = 0;
  for (std::size_t i = 0; i < limits::sse_calls_max; ++i) {
    Job job = Job::start(
        [](SseClient& self, std::size_t& count) -> Task<void> {
          const http::Request request = self.message(
              R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"waits","arguments":{"seconds":600}}})");
          const auto answer = co_await self.endpoint.post_sse(request, shared(&self.caller));
          if (answer->status == 202) ++count;
        }(client, taken),
        [](const std::exception_ptr&) {});
  }
  CHECK(taken == limits::sse_calls_max - 1);  // the session's own stream is one
  SUBCASE("its token") {
    fixture.test.clock.advance(6min);
    CHECK(client.ended);
    client.disconnect();
  }
  SUBCASE("its connection") { client.disconnect(); }
  CHECK(fixture.test.clock.sleepers() == 0);
}
