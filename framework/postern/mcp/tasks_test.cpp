#include "postern/mcp/tasks/tasks.hpp"

#include "postern/base/limits.hpp"
#include "postern/mcp/task_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(TaskFixture, "a call that takes long is answered with a task, and asked about until it is done") {
  CHECK(send(modern("server/discover")).body.contains(R"("extensions":{"io.modelcontextprotocol/tasks":{}})"));
  const json::Object quick = result_of(send(able(call("work", R"({"seconds":0})"))));
  CHECK(*json::find(quick, "resultType") == "complete");

  const json::Object created = result_of(send_long(able(call("work", R"({"seconds":3})"))));
  CHECK(*json::find(created, "resultType") == "task");
  CHECK(*json::find(created, "createdAt") == "2030-01-01T00:00:00.500Z");
  CHECK(*json::find(created, "ttlMs") == 3'600'000);
  CHECK(*json::find(created, "pollIntervalMs") == 1000);
  const std::string id{*json::find_string(created, "taskId")};
  for (const char* member : {"result", "error", "inputRequests", "requestState", "task", "ttl"})
    CHECK_FALSE(json::find(created, member));

  test.clock.advance(1s);
  CHECK(*json::find(get(id), "status") == "working");
  CHECK(*json::find(get(id), "statusMessage") == "step 2");
  CHECK(*json::find(get(id), "resultType") == "complete");
  test.clock.advance(2s);
  const json::Object done = get(id);
  CHECK(*json::find(done, "status") == "completed");
  CHECK(*json::find(done, "result") == *json::parse(R"({"content":[{"type":"text","text":"worked 3"}]})"));
  test.clock.advance(50min);
  CHECK(status(id) == "completed");
  test.clock.advance(10min);
  CHECK(error_code(send(about("tasks/get", id))) == -32602);
}

TEST_CASE_FIXTURE(TaskFixture, "a call that ends, or asks, while its record is written becomes no task") {
  SlowStore store{test.store, test.clock};
  const Ports ports{test.clock, test.random, test.crypto, test.fetch, store, test.cache, test.log, test.bus};
  Endpoint slow{app, ports, {.session_key = session_key()}};
  for (const auto& [tool, comes_to] : {std::pair{"ends_soon", "complete"}, {"asks_soon", "input_required"}}) {
    CAPTURE(tool);
    mcp::test::Exchange exchange;
    exchange.request = able(call(tool, "{}"));
    exchange.start(slow, alice);
    test.clock.advance(1s);
    CHECK(*json::find(result_of(exchange.response), "resultType") == comes_to);
    CHECK(test.store.records().empty());
    CHECK(test.clock.sleepers() == 0);
  }
  mcp::test::Exchange exchange;
  exchange.request = able(call("work", R"({"seconds":3})"));
  exchange.start(slow, alice);
  test.clock.advance(1s);
  const std::string id{*json::find_string(result_of(exchange.response), "taskId")};
  test.clock.advance(3s);
  CHECK(status(id) == "completed");
}

TEST_CASE_FIXTURE(TaskFixture, "a client that does not know tasks waits for the result, unless there must be a task") {
  const json::Object waited = [&] {
    mcp::test::Exchange exchange;
    exchange.request = call("work", R"({"seconds":2})");
    exchange.start(endpoint, alice);
    test.clock.advance(2s);
    return result_of(exchange.response);
  }();
  CHECK(*json::find(waited, "resultType") == "complete");
  const http::Response refused = send(call("refuses", "{}"));
  CHECK(refused.status == 400);
  CHECK(error_code(refused) == -32021);
  CHECK(refused.body.contains(R"("requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}})"));
  for (const char* method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
    const auto response = send(modern(method, R"("taskId":"x",)", "x"));
    CHECK(response.status == 400);
    CHECK(error_code(response) == -32021);
  }
  CHECK(error_code(send(modern("subscriptions/listen", R"("notifications":{"taskIds":["x"]},)"))) == -32021);
  // Gone since 2025-11-25.
  CHECK(error_code(send(about("tasks/result", "x"))) == -32601);
  CHECK(error_code(send(able(modern("tasks/list")))) == -32601);
  auto mismatch = about("tasks/get", "x");
  mismatch.headers.set("Mcp-Name", "y");
  CHECK(error_code(send(mismatch)) == -32020);
}

TEST_CASE_FIXTURE(TaskFixture, "a task is cancelled once and for all") {
  const std::string id = begin("work", R"({"seconds":9})");
  const json::Object acknowledged = result_of(send(about("tasks/cancel", id)));
  CHECK(*json::find(acknowledged, "resultType") == "complete");
  CHECK_FALSE(json::find(acknowledged, "taskId"));
  CHECK(status(id) == "cancelled");
  test.clock.advance(20s);
  CHECK(status(id) == "cancelled");
  CHECK(error_code(send(about("tasks/cancel", id))) == 0);
  CHECK(test.clock.sleepers() == 0);
}

TEST_CASE_FIXTURE(
    TaskFixture,
    "to another user, to another client of the same one, and for another organization a task is not there") {
  const std::string id = begin("work", R"({"seconds":3})");
  for (const Principal* stranger : {&bob, &other, &elsewhere}) {
    for (const auto& [method, more] : {std::pair{"tasks/get", ""}, std::pair{"tasks/cancel", ""},
                                       std::pair{"tasks/update", R"("inputResponses":{},)"}})
      CHECK(error_code(send(about(method, id, more), stranger)) == -32602);
  }
  CHECK(status(id) == "working");
  for (const char* none : {"x", "../x", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA/"}) {
    CAPTURE(none);
    CHECK(error_code(send(about("tasks/get", none))) == -32602);
  }
}

TEST_CASE_FIXTURE(TaskFixture,
                  "what a tool refuses is a result, what breaks is a failure, and a long result is whole") {
  const std::string refused = begin("refuses"), broken = begin("breaks"), talked = begin("talks");
  test.clock.advance(1s);
  CHECK(*json::find(get(refused), "status") == "completed");
  CHECK(*json::find(*json::find(get(refused), "result"), "isError") == true);
  CHECK(*json::find(get(broken), "status") == "failed");
  CHECK(*json::find(get(broken), "error") == *json::parse(R"({"code":-32603,"message":"It broke."})"));
  CHECK_FALSE(json::find(get(broken), "result"));
  const json::Object result = json::find(get(talked), "result")->as_object();
  CHECK(json::find(result, "content")->at(0).at("text").as_string().size() == 200'000);
  CHECK(*json::find(result, "_meta") == *json::parse(R"({"com.example/cost":7})"));
}

TEST_CASE_FIXTURE(TaskFixture, "a tool asks in rounds until it is a task, and then through it") {
  const json::Object round = result_of(send_long(able(call("asks", "{}"))));
  CHECK(*json::find(round, "resultType") == "input_required");
  CHECK_FALSE(json::find(round, "taskId"));
  auto again = able(modern("tools/call",
                           R"("name":"asks","arguments":{},"requestState":)" +
                               json::serialize(*json::find(round, "requestState")) +
                               R"(,"inputResponses":{"first":{"action":"accept","content":{"name":"A"}}},)",
                           "asks"));
  const json::Object created = result_of(send_long(std::move(again)));
  CHECK(*json::find(created, "resultType") == "task");
  CHECK_FALSE(json::find(created, "requestState"));
  const std::string id{*json::find_string(created, "taskId")};
  test.clock.advance(1s);
  const json::Object asking = get(id);
  CHECK(*json::find(asking, "status") == "input_required");
  const json::Object questions = json::find(asking, "inputRequests")->as_object();
  REQUIRE(questions.size() == 2);
  CHECK(questions.at("name-1").at("method") == "elicitation/create");
  CHECK(questions.at("name-1").at("params").at("message") == "Second?");

  auto answer = [&](std::string_view key, std::string_view name) {
    const auto response =
        send(about("tasks/update", id,
                   R"("inputResponses":{")" + std::string{key} + R"(":{"action":"accept","content":{"name":")" +
                       std::string{name} + R"("}},"never-asked":{}},)"));
    CHECK(*json::find(result_of(response), "resultType") == "complete");
  };
  answer("name-2", "C");
  const json::Object left = get(id);
  CHECK(*json::find(left, "status") == "input_required");
  CHECK(json::find(left, "inputRequests")->as_object().size() == 1);
  CHECK(json::find(*json::find(left, "inputRequests"), "name-1"));
  answer("name-2", "again");
  answer("name-1", "B");
  test.clock.advance(10ms);
  CHECK(*json::find(get(id), "status") == "completed");
  CHECK(json::serialize(get(id)).contains("A B C"));
}

TEST_CASE_FIXTURE(TaskFixture, "questions, answers and messages may be larger than a record of the Store") {
  const std::string id = begin("asks_much");
  test.clock.advance(2s);
  const json::Object asking = get(id);
  CHECK(*json::find(asking, "status") == "input_required");
  CHECK(json::find(asking, "statusMessage")->as_string().size() == PendingRequest::task_message_bytes_max);
  const json::Value& question = *json::find(*json::find(asking, "inputRequests"), "much-1");
  CHECK(question.at("params").at("message").as_string().size() == 100'000);
  const std::string much(100'000, 'a');
  CHECK(error_code(send(about("tasks/update", id,
                              R"("inputResponses":{"never-asked":{},"much-1":{"action":"accept","content":{"name":")" +
                                  much + R"("}}},)"))) == 0);
  test.clock.advance(1s);
  const json::Object failed = get(id);
  CHECK(*json::find(failed, "status") == "failed");
  CHECK(json::find(failed, "statusMessage")->as_string().size() == PendingRequest::task_message_bytes_max);
  CHECK(json::find(*json::find(failed, "error"), "message")->as_string() == much);
}

TEST_CASE_FIXTURE(TaskFixture, "a task that cannot be renewed is stopped when it counts as abandoned") {
  SlowStore store{test.store, test.clock};
  const Ports ports{test.clock, test.random, test.crypto, test.fetch, store, test.cache, test.log, test.bus};
  Endpoint slow{app, ports, {.session_key = session_key()}};
  mcp::test::Exchange exchange;
  exchange.request = able(call("work", R"({"seconds":100})"));
  exchange.start(slow, alice);
  test.clock.advance(1s);
  const std::string id{*json::find_string(result_of(exchange.response), "taskId")};
  store.is_full = true;
  test.clock.advance(limits::task_lease + 2s);
  CHECK(test.clock.sleepers() == 0);
  CHECK(status(id) == "failed");
}

TEST_CASE_FIXTURE(TaskFixture, "what a task does not want to know any more is not asked any more") {
  const std::string id = begin("impatient");
  test.clock.advance(2s);
  CHECK(status(id) == "input_required");
  test.clock.advance(5s);
  const json::Object working = get(id);
  CHECK(*json::find(working, "status") == "working");
  CHECK_FALSE(json::find(working, "inputRequests"));
  CHECK(error_code(send(about("tasks/update", id, R"("inputResponses":{"name-1":{"action":"decline"}},)"))) == 0);
  test.clock.advance(5s);
  CHECK(status(id) == "completed");
}

TEST_CASE_FIXTURE(TaskFixture, "a task whose server was stopped says so, on whatever instance") {
  auto first = std::make_unique<Endpoint>(app, test.ports, EndpointOptions{.session_key = session_key()});
  auto request = able(call("work", R"({"seconds":100})"));
  std::string id;
  {
    mcp::test::Exchange exchange;
    exchange.request = std::move(request);
    exchange.start(*first, alice);
    test.clock.advance(500ms);
    id = *json::find_string(result_of(exchange.response), "taskId");
  }
  test.clock.advance(40s);
  CHECK(status(id) == "working");  // asked at another instance, and renewed by its own
  first.reset();
  CHECK(status(id) == "working");  // nobody knows yet
  test.clock.advance(30s);
  const json::Object stopped = get(id);
  CHECK(*json::find(stopped, "status") == "failed");
  CHECK(json::serialize(stopped).contains("The server was stopped while it worked on this."));
  CHECK(*json::find(*json::find(stopped, "error"), "code") == -32603);
}

TEST_CASE_FIXTURE(TaskFixture, "a cancellation and an answer from another instance arrive without a bus") {
  testing::TestPorts elsewhere;
  Ports apart{test.clock, test.random, test.crypto, test.fetch, test.store, test.cache, test.log, elsewhere.bus};
  Endpoint other_instance{app, apart, {.session_key = session_key()}};
  auto send_there = [&](http::Request request) { return *run_ready(other_instance.handle(request, shared(&alice))); };
  const std::string asking = begin("asks_late"), working = begin("work", R"({"seconds":100})");
  test.clock.advance(1s);
  CHECK(error_code(send_there(about("tasks/cancel", working))) == 0);
  CHECK(error_code(send_there(about("tasks/update", asking,
                                    R"("inputResponses":{"name-1":{"action":"accept","content":{"name":"Ada"}}},)"))) ==
        0);
  test.clock.advance(10s);
  CHECK(json::serialize(get(asking)).contains("Hello Ada"));
  CHECK(status(working) == "cancelled");
  CHECK(test.clock.sleepers() == 0);
}

TEST_CASE_FIXTURE(TaskFixture, "a task runs for as long as its client comes back with a good token") {
  alice.authorized_until = test.clock.now() + 10min;
  const std::string kept = begin("work", R"({"seconds":3000})"), left = begin("work", R"({"seconds":3000})");
  test.clock.advance(9min);
  alice.authorized_until = test.clock.now() + 10min;
  CHECK(status(kept) == "working");
  test.clock.advance(3min);
  const json::Object stopped = get(left);
  CHECK(*json::find(stopped, "status") == "failed");
  CHECK(json::serialize(stopped).contains("sign-in"));
  CHECK(status(kept) == "working");
}

TEST_CASE_FIXTURE(TaskFixture, "an owner's tasks are bounded, and one too many is simply waited for") {
  for (int i = 0; i < 32; ++i) (void)begin("work", R"({"seconds":9})");
  mcp::test::Exchange exchange;
  exchange.request = able(call("work", R"({"seconds":2})"));
  exchange.start(endpoint, alice);
  test.clock.advance(3s);
  CHECK(*json::find(result_of(exchange.response), "resultType") == "complete");
}
