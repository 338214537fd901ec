// The tasks of 2025-11-25, where the client asks for one, and for its result.
#include "postern/base/limits.hpp"
#include "postern/mcp/task_fixture.hpp"
#include "postern/mcp/tasks/tasks.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(TaskFixture, "in 2025-11-25 the client asks for the task, and for its result") {
  auto begun = send(post(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",
                             "capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}})"));
  CHECK(begun.body.contains(R"("tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}})"));
  const std::string session = *begun.headers.find("Mcp-Session-Id");
  auto message = [&](std::string_view method, std::string_view params) { return of_session(session, method, params); };
  const auto listed = send(message("tools/list", ""));
  CHECK(listed.body.contains(R"("execution":{"taskSupport":"optional"})"));
  CHECK(listed.body.contains(R"("execution":{"taskSupport":"required"})"));
  CHECK(error_code(send(message("tools/call", R"("name":"hello","task":{})"))) == -32601);
  CHECK(error_code(send(message("tools/call", R"("name":"refuses")"))) == -32601);
  CHECK(error_code(send(message("tasks/update", R"("taskId":"x","inputResponses":{})"))) == -32601);

  const auto created = result_of(send(message("tools/call", R"("name":"asks","arguments":{},"task":{"ttl":60000})")));
  const json::Object task = json::find(created, "task")->as_object();
  CHECK(*json::find(task, "status") == "working");
  CHECK(*json::find(task, "ttl") == 60'000);
  CHECK(*json::find(task, "pollInterval") == 1000);
  const std::string id{*json::find_string(task, "taskId")};
  const std::string named = R"("taskId":")" + id + "\"";
  test.clock.advance(10ms);
  CHECK(*json::find(result_of(send(message("tasks/get", named))), "status") == "input_required");
  CHECK(send(message("tasks/list", "")).body.contains(id));
  CHECK(error_code(send(message("tasks/list", R"("cursor":"x")"))) == -32602);

  mcp::test::Exchange result;
  result.request = message("tasks/result", named);
  result.start(endpoint, alice);
  auto answer = [&](std::size_t event, std::string_view name) {
    REQUIRE(result.events.size() > event);
    const auto question = json::parse(result.events[event].data);
    CHECK(question->at("method") == "elicitation/create");
    CHECK(question->at("params").at("_meta").at("io.modelcontextprotocol/related-task").at("taskId").as_string() == id);
    const auto accepted =
        send(post(R"({"jsonrpc":"2.0","id":)" + json::serialize(question->at("id")) +
                      R"(,"result":{"action":"accept","content":{"name":")" + std::string{name} + R"("}}})",
                  {{"Mcp-Session-Id", session}}));
    CHECK(accepted.status == 202);
    test.clock.advance(2s);
  };
  answer(0, "A");
  answer(1, "B");
  answer(2, "C");
  REQUIRE(result.ended);
  const auto reply = json::parse(result.events.back().data);
  CHECK(reply->at("id") == 1);
  CHECK(reply->at("result").at("content").at(0).at("text") == "A B C");
  CHECK(reply->at("result").at("_meta").at("io.modelcontextprotocol/related-task").at("taskId").as_string() == id);
  CHECK(error_code(send(message("tasks/cancel", named))) == -32602);

  const auto second = result_of(send(message("tools/call", R"("name":"work","arguments":{"seconds":9},"task":{})")));
  const std::string other_id =
      R"("taskId":")" + std::string{*json::find_string(json::find(second, "task")->as_object(), "taskId")} + "\"";
  const auto cancelled = result_of(send(message("tasks/cancel", other_id)));
  CHECK(*json::find(cancelled, "status") == "cancelled");
  mcp::test::Exchange none;
  none.request = message("tasks/result", other_id);
  none.start(endpoint, alice);
  CHECK(none.events.back().data.contains("The task was cancelled."));

  const std::string earlier = initialize("2025-06-18", alice);
  auto plain = message("tools/call", R"("name":"hello","task":{})");
  plain.headers.set("Mcp-Session-Id", earlier);
  CHECK(error_code(send(plain)) == 0);  // it knows nothing of tasks
}

// 2025-11-25, basic/utilities/tasks, task status; the extension has it otherwise (see tasks_test.cpp, "what a tool
// refuses").
TEST_CASE_FIXTURE(TaskFixture, "in 2025-11-25 a task whose tool says that it failed has failed, and has its result") {
  const std::string session = initialize("2025-11-25", alice);
  const auto created = result_of(send(of_session(session, "tools/call", R"("name":"refuses","task":{})")));
  const std::string id{created.at("task").at("taskId").as_string()}, named = R"("taskId":")" + id + "\"";
  test.clock.advance(1s);
  const json::Object task = result_of(send(of_session(session, "tasks/get", named)));
  CHECK(*json::find(task, "status") == "failed");
  CHECK(*json::find(task, "statusMessage") == "It was shipped already.");
  mcp::test::Exchange result;
  result.request = of_session(session, "tasks/result", named);
  result.start(endpoint, alice);
  REQUIRE(result.ended);
  CHECK(json::parse(result.reply())->at("result").at("isError") == true);
  CHECK(status(id) == "completed");
}

// 2025-11-25, basic/utilities/tasks, task cancellation.
TEST_CASE_FIXTURE(TaskFixture, "a task that ends while it is being cancelled was not cancelled") {
  SlowStore store{test.store, test.clock};
  const Ports ports{test.clock, test.random, test.crypto, test.fetch, store, test.cache, test.log, test.bus};
  Endpoint slow{app, ports, {.session_key = session_key()}};
  const std::string session = initialize("2025-11-25", alice);
  mcp::test::Exchange begun, cancelled;
  begun.request = of_session(session, "tools/call", R"("name":"work","arguments":{"seconds":1},"task":{})");
  begun.start(slow, alice);
  test.clock.advance(1020ms);  // its outcome is being written
  const std::string id{result_of(begun.response).at("task").at("taskId").as_string()};
  cancelled.request = of_session(session, "tasks/cancel", R"("taskId":")" + id + "\"");
  cancelled.start(slow, alice);
  test.clock.advance(1s);
  CHECK(error_code(cancelled.response) == -32602);
  CHECK(status(id) == "completed");
}

TEST_CASE_FIXTURE(TaskFixture,
                  "who waits for a task's result longer than their token lasts is told that it is not over") {
  const std::string session = initialize("2025-11-25", alice);
  const auto created =
      result_of(send(of_session(session, "tools/call", R"("name":"work","arguments":{"seconds":3000},"task":{})")));
  alice.authorized_until = test.clock.now() + 10min;
  mcp::test::Exchange result;
  result.request =
      of_session(session, "tasks/result", R"("taskId":)" + json::serialize(created.at("task").at("taskId")));
  result.start(endpoint, alice);
  test.clock.advance(10min);
  REQUIRE(result.ended);
  CHECK(json::parse(result.reply())->at("error").at("code") == -32603);
}
