#include "postern/mcp/methods/tools_call.hpp"

#include <algorithm>
#include <cmath>

#include "postern/base/limits.hpp"
#include "postern/mcp/methods/method.hpp"

namespace postern::mcp {

namespace {

ToolResult error_result(std::string message) { return {.content = {Text{std::move(message)}}, .is_error = true}; }

std::optional<Denied> check_access(const Tool& tool, const std::optional<Principal>& caller) {
  if (tool.access == Tool::Access::anyone) return std::nullopt;
  if (!caller) return Denied{Denied::Reason::sign_in, tool.scopes};
  auto granted = [&caller](const std::string& scope) { return caller->has_scope(scope); };
  if (!std::ranges::all_of(tool.scopes, granted)) return Denied{Denied::Reason::scopes, tool.scopes};
  return std::nullopt;
}

std::optional<std::string> progress_token_of(const json::Object& params) {
  const json::Value* meta = json::find(params, "_meta");
  const json::Value* token = meta ? json::find(*meta, "progressToken") : nullptr;
  return token ? rpc::scalar_text(*token) : std::nullopt;
}

TimePoint end_of(const CallContext& context) {
  const TimePoint latest = context.ports.clock.now() + limits::stream_lifetime_max;
  return context.caller ? std::min(latest, context.caller->authorized_until) : latest;
}

std::string what_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "not a std::exception";
  }
}

}  // namespace

CallStart start_call(CallContext context, const json::Object& params) {
  const auto name = json::find_string(params, "name");
  if (!name) return rpc::Error{rpc::ErrorCode::invalid_params, "tools/call needs params.name."};
  const Tool* tool = context.app.find_tool(*name);
  if (!tool) return rpc::Error{rpc::ErrorCode::invalid_params, "Unknown tool: " + std::string{*name}};
  if (auto denied = check_access(*tool, context.caller)) return *std::move(denied);

  const json::Value nothing(json::Object{});
  const json::Value* given = json::find(params, "arguments");
  const json::Value& arguments = given ? *given : nothing;
  if (!arguments.is_object()) return rpc::Error{rpc::ErrorCode::invalid_params, "params.arguments must be an object."};

  const bool bad_input_is_result = rules_of(context.revision).bad_input_is_result;
  auto call = std::make_unique<ToolCall>(std::move(context), tool->name, progress_token_of(params));
  auto task = tool->start(arguments, call->call());
  if (task) {
    call->start(*std::move(task));
  } else if (bad_input_is_result) {
    call->finish(error_result(std::move(task).error().message));
  } else {
    return rpc::Error{rpc::ErrorCode::invalid_params, std::move(task).error().message};
  }
  return call;
}

ToolCall::ToolCall(CallContext context, std::string tool, std::optional<std::string> progress_token)
    : context_(std::move(context)),
      tool_(std::move(tool)),
      progress_token_(std::move(progress_token)),
      ends_at_(end_of(context_)),
      call_(std::move(context_.caller), context_.upstream, context_.ports.clock, *this) {}

void ToolCall::start(Task<Result<ToolResult>> task) {
  job_ = Job::prepare(
      run(std::move(task), result_), [this](std::exception_ptr failure) { on_done(std::move(failure)); },
      context_.strand);
  job_.resume();
}

Task<void> ToolCall::run(Task<Result<ToolResult>> task, std::optional<Result<ToolResult>>& result) {
  result = co_await std::move(task);
}

void ToolCall::on_done(std::exception_ptr failure) {
  if (failure) {
    context_.ports.log.write(
        LogLevel::error, "tool.threw",
        {{"request", context_.request_id}, {"tool", tool_}, {"what", std::string_view{what_of(failure)}}});
    finish(error_result("Internal error. The server's log has more, under request " + context_.request_id + "."));
  } else if (*result_) {
    finish(**result_);
  } else {
    finish(error_result(std::move(*result_).error().message));
  }
}

void ToolCall::finish(const ToolResult& result) {
  settle(rpc::result_reply(context_.id, finish_result(to_json(result, context_.revision), context_.result_end)));
}

void ToolCall::time_out() {
  job_.cancel();
  settle(rpc::error_reply(context_.id, {rpc::ErrorCode::internal_error, "The tool took too long and was stopped."}));
}

void ToolCall::cancel() {
  job_.cancel();
  messages_.clear();
  settle(std::nullopt);
}

// Touches nothing after the wake: whoever waits may destroy this call.
void ToolCall::settle(std::optional<std::string> reply) {
  if (over_) return;
  over_ = true;
  reply_ = std::move(reply);
  changed_.wake_all();
}

Task<void> ToolCall::news() {
  if (has_news()) co_return;
  while (!has_news()) co_await changed_.wait();
  // Progress wakes us from inside the tool, which must not be destroyed while it runs. The short wait brings us back
  // from the event loop, and lets what the tool says in one go travel together.
  if (!over_) co_await context_.ports.clock.sleep_for(std::chrono::milliseconds{1});
}

std::optional<std::string> ToolCall::take_message() {
  if (messages_.empty()) return std::nullopt;
  std::string message = std::move(messages_.front());
  messages_.pop_front();
  queued_bytes_ -= message.size();
  return message;
}

void ToolCall::progress(double done, std::optional<double> total, std::string_view message) {
  const bool more = !last_progress_ || done > *last_progress_;
  if (!progress_token_ || over_ || !std::isfinite(done) || !more) return;
  last_progress_ = done;

  json::Object params{{"progress", done}};
  if (total && std::isfinite(*total)) params.emplace("total", *total);
  if (!message.empty()) params.emplace("message", message);
  std::string text = R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" +
                     *progress_token_ + "," + json::serialize(params).substr(1) + "}";
  // A reader that is too slow loses progress, never the result.
  if (queued_bytes_ + text.size() > limits::stream_queue_bytes_max) return;
  queued_bytes_ += text.size();
  messages_.push_back(std::move(text));
  changed_.wake_all();
}

}  // namespace postern::mcp
