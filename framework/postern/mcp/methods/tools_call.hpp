// `tools/call`: a tool at work, from its first step to its reply (2026-07-28, server/tools).
//
//   auto started = start_call(app, {...}, params);             // checked, and run up to its first wait
//   if (auto* call = std::get_if<std::unique_ptr<ToolCall>>(&started)) {
//     co_await (*call)->news();
//     while (auto message = (*call)->take_message()) ...       // notifications/progress
//     if ((*call)->over()) send((*call)->reply());             // nullopt if it was cancelled
//   }
//
// Destroying a ToolCall cancels its tool. Nothing of a call reaches any stream but its own (security.md threat 28).
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "postern/base/strand.hpp"
#include "postern/base/task.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/mcp/app.hpp"
#include "postern/mcp/call.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/revision.hpp"
#include "postern/ports/ports.hpp"

namespace postern::mcp {

// A call that its caller may not make. How to say so is the authorization server's matter (RFC 6750 sec. 3).
struct Denied {
  enum class Reason { sign_in, scopes };
  Reason reason = Reason::sign_in;
  std::vector<std::string> scopes;  // all that the tool needs; none if signing in is enough
};

// What a call is made with, besides its parameters. `app`, `ports`, `upstream` and `result_end` outlive it.
struct CallContext {
  const App& app;
  const Ports& ports;
  Upstream* upstream;
  Revision revision;
  std::string_view result_end;  // methods/method.hpp
  rpc::Id id;
  std::optional<Principal> caller;
  std::string request_id;    // for the log
  Strand* strand = nullptr;  // of the request that makes the call: the tool runs there
};

class ToolCall final : private ProgressSink {
 public:
  ToolCall(CallContext context, std::string tool, std::optional<std::string> progress_token);
  ToolCall(const ToolCall&) = delete;
  ToolCall& operator=(const ToolCall&) = delete;
  ~ToolCall() override = default;

  [[nodiscard]] Call& call() { return call_; }
  void start(Task<Result<ToolResult>> task);
  // Ends it with this result, without running anything.
  void finish(const ToolResult& result);
  // End it with an error, or with no reply at all. The tool's coroutine is destroyed.
  void time_out();
  void cancel();

  // When it is to be stopped, whatever it does: its caller's token ends then, or it has had its time.
  [[nodiscard]] TimePoint ends_at() const { return ends_at_; }
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] bool has_messages() const { return !messages_.empty(); }
  [[nodiscard]] bool has_news() const { return over_ || has_messages(); }
  // Until there are news. Ends outside of the tool's own steps, so that whoever waits may destroy the call.
  [[nodiscard]] Task<void> news();

  [[nodiscard]] std::optional<std::string> take_message();
  [[nodiscard]] const std::optional<std::string>& reply() const { return reply_; }
  [[nodiscard]] std::string take_reply() { return *std::exchange(reply_, std::nullopt); }

 private:
  void progress(double done, std::optional<double> total, std::string_view message) override;
  void settle(std::optional<std::string> reply);
  static Task<void> run(Task<Result<ToolResult>> task, std::optional<Result<ToolResult>>& result);
  void on_done(std::exception_ptr failure);

  CallContext context_;  // without the caller, who is the Call's
  const std::string tool_;
  const std::optional<std::string> progress_token_;  // JSON text; null: the client does not want to know
  const TimePoint ends_at_;
  Call call_;
  std::deque<std::string> messages_;
  std::size_t queued_bytes_ = 0;
  std::optional<double> last_progress_;
  std::optional<Result<ToolResult>> result_;
  std::optional<std::string> reply_;
  bool over_ = false;
  WaitList changed_;
  Job job_;  // last: it uses all the others
};

using CallStart = std::variant<std::unique_ptr<ToolCall>, rpc::Error, Denied>;

// Finds the tool, asks whether the caller may use it, checks the arguments, and starts it.
[[nodiscard]] CallStart start_call(CallContext context, const json::Object& params);

}  // namespace postern::mcp
