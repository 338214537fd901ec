// Progress, logs, and _meta.
#include <optional>
#include <string>

#include "tests/conformance/everything/everything.hpp"

namespace everything {

namespace {

using namespace std::chrono_literals;

Task<Result<std::string>> with_logging(mcp::Call& call) {
  call.log(mcp::Severity::info, "Tool execution started");
  co_await call.clock().sleep_for(50ms);
  call.log(mcp::Severity::info, "Tool processing data");
  co_await call.clock().sleep_for(50ms);
  call.log(mcp::Severity::info, "Tool execution completed");
  co_return "Tool with logging executed successfully";
}
Task<Result<std::string>> with_progress(mcp::Call& call) {
  for (const int step : {0, 50, 100}) {
    call.progress(step, 100, "Completed step " + std::to_string(step) + " of 100");
    co_await call.clock().sleep_for(50ms);
  }
  co_return "done";
}
// Longer than the suite listens: it leaves after ten seconds, and comes back for the rest.
Task<Result<std::string>> outlasts_its_stream(mcp::Call& call) {
  co_await call.clock().sleep_for(12s);
  co_return "Reconnection test completed successfully";
}
// 40 MB, in two seconds. When all is said, a resource has changed: who does not read the answer can tell by that.
Task<Result<std::string>> flood(mcp::Call& call) {
  const std::string much(1'000, '.');
  for (int burst = 0; burst < 200; ++burst) {
    for (int i = 1; i <= 200; ++i) call.progress(burst * 200 + i, std::nullopt, much);
    co_await call.clock().sleep_for(10ms);
  }
  co_await call.resource_updated("test://watched-resource");
  co_return "flooded";
}
Task<Result<std::string>> streaming_elicitation(mcp::Call& call) {
  call.progress(50, 100);
  co_await call.clock().sleep_for(20ms);
  co_return "Streaming complete";
}
Task<Result<std::string>> repeat_meta(mcp::Call& call) {
  call.set_meta("com.example/repeated", call.meta());
  co_return "repeated";
}
Task<Result<std::string>> logging_tool(mcp::Call& call) {
  call.log(mcp::Severity::info, "Diagnostic trace logging activated");
  co_return "Logging evaluated";
}

}  // namespace

void add_reports(mcp::App& app) {
  app.tool("test_tool_with_logging", "Logs while it runs.", with_logging);
  app.tool("test_tool_with_progress", "Reports progress.", with_progress);
  app.tool("test_reconnection", "Takes longer than its connection.", outlasts_its_stream);
  app.tool("test_flood", "Reports more progress than anybody reads.", flood);
  app.tool("test_streaming_elicitation", "Reports progress, and asks nothing.", streaming_elicitation);
  app.tool("test_meta", "Repeats what its call says in _meta.", repeat_meta);
  app.tool("test_logging_tool", "Logs.", logging_tool);
}

}  // namespace everything
