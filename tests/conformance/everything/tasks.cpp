// Tasks: a call becomes one when it takes longer than half a second.
#include <optional>
#include <string>

#include "postern/base/when_all.hpp"
#include "tests/conformance/everything/forms.hpp"

namespace everything {

namespace {

using namespace std::chrono_literals;

struct Greet {
  std::string name;
};
struct Compute {
  int seconds = 0;
  std::optional<std::string> label;
};
struct File {
  std::string filename;
};

Task<Result<std::string>> greet(Greet in, mcp::Call&) { co_return "Hello, " + in.name + "!"; }
Task<Result<std::string>> slow_compute(Compute in, mcp::Call& call) {
  co_await call.clock().sleep_for(std::chrono::seconds{in.seconds});
  co_return "Computed for " + std::to_string(in.seconds) + " s";
}
Task<Result<std::string>> failing_job(mcp::Call& call) {
  co_await call.clock().sleep_for(1s);
  co_return mcp::fail(mcp::Error::Kind::conflict, "This job always fails.");
}
Task<Result<std::string>> protocol_error_job(mcp::Call& call) {
  co_await call.clock().sleep_for(1s);
  co_return mcp::fail(mcp::Error::Kind::internal, "This job is broken.");
}
Task<Result<std::string>> confirm_delete(File in, mcp::Call& call) {
  co_await call.clock().sleep_for(1s);
  CO_TRY(auto answer, co_await call.ask("confirm", "Delete " + in.filename + "?", json::schema<Confirmed>()));
  co_return answer ? "Deleted " + in.filename : "Kept " + in.filename;
}
Task<Result<std::string>> multi_input(mcp::Call& call) {
  co_await call.clock().sleep_for(1s);
  auto [name, color] = co_await mcp::when_all(call.ask("name", "What is your name?", json::schema<Named>()),
                                              call.ask("color", "Which color?", json::schema<Colored>()));
  CO_TRY(auto first, std::move(name));
  CO_TRY(auto second, std::move(color));
  co_return tell(first) + "; " + tell(second);
}
Task<Result<std::string>> asks_then_works(mcp::Call& call) {
  CO_TRY(auto answer, co_await call.ask<Named>("user_name", "What is your name?"));
  co_await call.clock().sleep_for(1s);
  co_return "Worked for " + (answer ? answer->name : "nobody");
}

}  // namespace

void add_tasks(mcp::App& app) {
  app.tool("greet", "Greets at once.", greet);
  app.tool("slow_compute", "Takes its time.", slow_compute).may_become_task();
  app.tool("failing_job", "Fails.", failing_job).must_become_task();
  app.tool("protocol_error_job", "Breaks.", protocol_error_job).may_become_task();
  app.tool("confirm_delete", "Asks in the middle of its work.", confirm_delete).may_become_task();
  app.tool("multi_input", "Asks twice in the middle of its work.", multi_input).may_become_task();
  app.tool("test_tool_with_task", "Asks before it works.", asks_then_works).must_become_task();
}

}  // namespace everything
