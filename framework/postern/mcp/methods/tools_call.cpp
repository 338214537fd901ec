// `tools/call` (2026-07-28, server/tools).
#include <algorithm>

#include "postern/base/concat.hpp"
#include "postern/base/limits.hpp"
#include "postern/mcp/methods/app_methods.hpp"
#include "postern/mcp/transport/request_headers.hpp"

namespace postern::mcp {

namespace {

std::string write(const ToolResult& result, const PendingRequest& request) {
  return to_json(result, request.context().revision);
}

// The assistant is told, and may try again in another way; but of a fault of ours the client is (server/tools, error
// handling).
MethodOutcome on_error(Error error, std::string_view, const CallContext& context) {
  if (error.kind == Error::Kind::internal) return error_of(std::move(error));
  return to_json(ToolResult{.content = {Text{std::move(error).message}}, .is_error = true}, context.revision);
}

constexpr PendingRequest::Kind kind{.method = "tools/call", .on_error = on_error};

// 2025-11-25, basic/utilities/tasks, tool-level negotiation.
std::expected<TaskOffer, rpc::Error> find_requested_task(const Tool& tool, const json::Object& params) {
  const json::Value* task = json::find(params, "task");
  if (!task && tool.task_support != TaskSupport::must) return TaskOffer{};
  if (!task || tool.task_support == TaskSupport::never) {
    return std::unexpected(rpc::Error{rpc::ErrorCode::method_not_found,
                                      task ? "This tool cannot be called as a task." : "Call this tool as a task."});
  }
  TaskOffer offer{.when = TaskOffer::When::at_once};
  const json::Value* ttl = json::find(*task, "ttl");
  if (const std::int64_t* milliseconds = ttl ? ttl->if_int64() : nullptr) {
    offer.ttl = std::clamp<Duration>(Duration{*milliseconds}, std::chrono::seconds{1}, limits::task_lifetime_max);
  }
  return offer;
}

// Extension io.modelcontextprotocol/tasks, capability negotiation: the server decides, if the client knows tasks.
std::expected<TaskOffer, rpc::Error> find_task_offer(const Tool& tool, const CallContext& context,
                                                     const json::Object& params) {
  if (rules_of(context.revision).task_requests && context.caller) return find_requested_task(tool, params);
  if (rules_of(context.revision).sessions) return TaskOffer{};
  const bool must = tool.task_support == TaskSupport::must;
  if (must && !context.client.tasks) return std::unexpected(missing_tasks_capability());
  const bool can = context.client.tasks && context.caller && tool.task_support != TaskSupport::never;
  return TaskOffer{.when = can ? TaskOffer::When::if_long : TaskOffer::When::never};
}

bool may_change(const Tool& tool) { return !tool.read_only.value_or(false) || tool.on_record; }

}  // namespace

CallStart start_tools_call(CallContext context, const json::Object& params) {
  const auto name = json::find_string(params, "name");
  if (!name) return rpc::Error{rpc::ErrorCode::invalid_params, "tools/call needs params.name."};
  const Tool* tool = context.app.find_tool(*name);
  if (!tool || !is_visible(*tool, context.caller.get()))
    return rpc::Error{rpc::ErrorCode::invalid_params, "Unknown tool: " + std::string{*name}};
  if (context.headers) {
    if (auto checked = check_parameter_headers(*context.headers, tool->parameter_headers, params); !checked)
      return std::move(checked).error();
  }
  if (auto denied = check_access(*tool, context.caller.get())) return *std::move(denied);

  const json::Value nothing(json::Object{});
  const json::Value* given = json::find(params, "arguments");
  const json::Value& arguments = given ? *given : nothing;
  if (!arguments.is_object()) return rpc::Error{rpc::ErrorCode::invalid_params, "params.arguments must be an object."};
  const auto task_offer = find_task_offer(*tool, context, params);
  if (!task_offer) return task_offer.error();
  auto input = InputState::read(context, kind.method, params);
  if (!input) return std::move(input).error();

  const bool bad_input_is_result = rules_of(context.revision).bad_input_is_result;
  const bool is_for_somebody_else = tool->is_for_themselves() && context.caller && !context.caller->actor.empty();
  auto call = std::make_unique<PendingRequest>(std::move(context), kind, tool->name, params, *std::move(input));
  if (is_for_somebody_else) {
    call->fail({Error::Kind::forbidden, concat("Only the user themselves may call ", tool->name,
                                               ", and you act for somebody who acts as them.")},
               CallOutcome::denied);
    return call;
  }
  call->offer_task(*task_offer);
  if (task_offer->when == TaskOffer::When::at_once) call->become_task();
  auto task = tool->start(arguments, call->call());
  if (task && may_change(*tool)) call->log_change(arguments);
  if (task) {
    call->start(*std::move(task), write);
  } else if (bad_input_is_result) {
    call->fail(std::move(task).error());
  } else {
    return rpc::Error{rpc::ErrorCode::invalid_params, std::move(task).error().message};
  }
  return call;
}

}  // namespace postern::mcp
