// What clients hear of their tasks without asking (extension io.modelcontextprotocol/tasks, task status notifications;
// 2025-11-25, basic/utilities/tasks, task status notification).
#include "postern/base/limits.hpp"
#include "postern/mcp/task_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

namespace {

json::Value message(const mcp::test::Exchange& exchange, std::size_t number) {
  REQUIRE(exchange.events.size() > number);
  return *json::parse(exchange.events[number].data);
}
std::string status_in(const mcp::test::Exchange& exchange, std::size_t number) {
  return std::string{message(exchange, number).at("params").at("status").as_string()};
}

struct Notified : TaskFixture {
  static http::Request listening(std::string_view ids) {
    return able(modern("subscriptions/listen", R"("notifications":{"taskIds":[)" + std::string{ids} + "]},"));
  }
  static std::string quoted(std::string_view id) { return "\"" + std::string{id} + "\""; }
  static http::Request stream_of(std::string_view session) {
    http::Request request{.method = http::Method::get, .target = "/mcp", .id = "req_2"};
    request.headers.set("Accept", "text/event-stream");
    request.headers.set("Mcp-Session-Id", session);
    return request;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Notified, "a subscription says what each of its tasks is, and each time that one has changed") {
  const std::string id = begin("work", R"({"seconds":3})");
  mcp::test::Exchange stream{.request = listening(quoted(id))};
  stream.start(endpoint, alice);
  CHECK(message(stream, 0) == *json::parse(R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged",
        "params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1},"notifications":{"taskIds":[")" +
                                           id + R"("]}}})"));
  CHECK(status_in(stream, 1) == "working");

  // As tasks/get would have answered at that moment.
  auto check_newest = [&] {
    const json::Value newest = message(stream, stream.events.size() - 1);
    CHECK(newest.at("method") == "notifications/tasks");
    json::Object told = newest.at("params").as_object(), asked = get(id);
    CHECK(told.at("_meta") == *json::parse(R"({"io.modelcontextprotocol/subscriptionId":1})"));
    told.erase("_meta");
    for (const char* of_results : {"_meta", "resultType"}) asked.erase(of_results);
    CHECK(told == asked);
  };
  check_newest();
  for (int second = 0; second < 3; ++second) {
    test.clock.advance(1s);
    check_newest();
  }
  const json::Value done = message(stream, stream.events.size() - 1);
  CHECK(done.at("params").at("status") == "completed");
  CHECK(done.at("params").at("result").at("content").at(0).at("text") == "worked 3");

  const std::size_t all = stream.events.size();
  test.clock.advance(10min);
  CHECK(stream.events.size() == all);
  CHECK(stream.comments > 30);
  CHECK_FALSE(stream.ended);
}

TEST_CASE_FIXTURE(Notified, "what a task asks is told, and that it goes on with the answer") {
  const std::string id = begin("asks_late");
  mcp::test::Exchange stream{.request = listening(quoted(id))};
  stream.start(endpoint, alice);
  test.clock.advance(2s);
  const json::Value asking = message(stream, stream.events.size() - 1);
  CHECK(asking.at("params").at("status") == "input_required");
  CHECK(asking.at("params").at("inputRequests").at("name-1").at("params").at("message") == "Who?");
  send(about("tasks/update", id, R"("inputResponses":{"name-1":{"action":"accept","content":{"name":"Ada"}}},)"));
  test.clock.advance(1s);
  const json::Value done = message(stream, stream.events.size() - 1);
  CHECK(done.at("params").at("status") == "completed");
  CHECK(json::serialize(done).contains("Hello Ada"));
}

TEST_CASE_FIXTURE(Notified, "a task that is over when the client begins to listen is told of, once") {
  const std::string over = begin("work", R"({"seconds":1})"), cancelled = begin("work", R"({"seconds":100})");
  test.clock.advance(2s);
  mcp::test::Exchange stream{.request = listening(quoted(over) + "," + quoted(cancelled) + "," + quoted(over))};
  stream.start(endpoint, alice);
  CHECK(message(stream, 0).at("params").at("notifications").at("taskIds").as_array().size() == 2);
  CHECK(stream.events.size() == 3);
  send(about("tasks/cancel", cancelled));
  CHECK(stream.events.size() == 4);
  CHECK(status_in(stream, 3) == "cancelled");
  test.clock.advance(1min);
  CHECK(stream.events.size() == 4);
}

TEST_CASE_FIXTURE(Notified,
                  "nobody hears of the tasks of somebody else, of another client, or of another organization") {
  const std::string id = begin("work", R"({"seconds":3})");
  for (const Principal* stranger : {&bob, &other, &elsewhere}) {
    mcp::test::Exchange stream{.request = listening(quoted(id) + R"(,"x","../x","AAAAAAAAAAAAAAAAAAAAAA")")};
    stream.start(endpoint, *stranger);
    CHECK(message(stream, 0).at("params").at("notifications").at("taskIds").as_array().empty());
    test.clock.advance(5s);
    CHECK(stream.events.size() == 1);
  }
  std::string many = quoted("x");
  for (std::size_t i = 0; i < limits::watched_resources_max; ++i) many += R"(,"x")";
  CHECK(error_code(send(listening(many))) == -32602);
  CHECK(error_code(send(listening("1"))) == -32602);
}

TEST_CASE_FIXTURE(Notified, "that its server was stopped is told, too") {
  auto first = std::make_unique<Endpoint>(app, test.ports, EndpointOptions{.session_key = session_key()});
  std::string id;
  {
    mcp::test::Exchange call_there{.request = able(call("work", R"({"seconds":100})"))};
    call_there.start(*first, alice);
    test.clock.advance(500ms);
    id = *json::find_string(result_of(call_there.response), "taskId");
  }
  mcp::test::Exchange stream{.request = listening(quoted(id))};
  stream.start(endpoint, alice);
  first.reset();
  test.clock.advance(limits::task_lease + limits::stream_keep_alive);
  CHECK(status_in(stream, stream.events.size() - 1) == "failed");
  CHECK(stream.events.back().data.contains("The server was stopped while it worked on this."));
}

TEST_CASE_FIXTURE(Notified, "without a bus the news come with the next keep-alive") {
  testing::TestPorts elsewhere;
  Ports apart{test.clock, test.random, test.crypto, test.fetch, test.store, test.cache, test.log, elsewhere.bus};
  Endpoint other_instance{app, apart, {.session_key = session_key()}};
  const std::string id = begin("work", R"({"seconds":3})");
  mcp::test::Exchange stream{.request = listening(quoted(id))};
  stream.start(other_instance, alice);
  test.clock.advance(limits::stream_keep_alive);
  CHECK(status_in(stream, stream.events.size() - 1) == "completed");
}

// What waits for it is an id, not each of a task's states.
TEST_CASE_FIXTURE(Notified, "a slow reader is told what a task is, not all that it was") {
  const std::string id = begin("work", R"({"seconds":100})");
  http::Response response = send(listening(quoted(id)));
  REQUIRE(response.stream);
  auto read = [&] { return *run_ready(response.stream->next()); };
  CHECK(read().contains(R"("status":"working")"));
  test.clock.advance(30s);
  const std::string events = read();
  CHECK(events.contains("step 3"));
  CHECK(http::SseParser{}.feed(events)->size() == 1);
}

TEST_CASE_FIXTURE(Notified, "in 2025-11-25 a session's stream tells of the tasks that were asked for in it") {
  const std::string session = initialize("2025-11-25", alice), another = initialize("2025-11-25", alice);
  mcp::test::Exchange stream{.request = stream_of(session)}, elsewhere{.request = stream_of(another)};
  stream.start(endpoint, alice);
  elsewhere.start(endpoint, alice);
  REQUIRE(stream.response.status == 200);

  const auto created = result_of(
      send(of_session(session, "tools/call", R"("name":"work","arguments":{"seconds":2},"task":{"ttl":60000})")));
  const std::string id{created.at("task").at("taskId").as_string()};
  test.clock.advance(3s);
  REQUIRE(stream.events.size() >= 2);
  for (std::size_t i = 0; i < stream.events.size(); ++i) {
    CHECK(message(stream, i).at("method") == "notifications/tasks/status");
    CHECK(message(stream, i).at("params").at("taskId") == json::Value(id));
    CHECK_FALSE(json::find(message(stream, i).at("params"), "_meta"));
  }
  const json::Value last = message(stream, stream.events.size() - 1).at("params");
  CHECK(last.at("status") == "completed");
  CHECK(last.as_object() == result_of(send(of_session(session, "tasks/get", R"("taskId":")" + id + "\""))));
  CHECK_FALSE(json::find(last, "result"));
  CHECK(elsewhere.events.empty());
}
