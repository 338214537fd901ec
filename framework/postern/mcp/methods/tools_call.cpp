// `tools/call` (2026-07-28, server/tools).
#include "postern/mcp/methods/app_methods.hpp"

namespace postern::mcp {

namespace {

std::string write(const ToolResult& result, const PendingRequest& request) {
  return to_json(result, request.context().revision);
}

// The assistant is told, and may try again in another way (server/tools, error handling).
MethodOutcome on_error(Error error, std::string_view, const CallContext& context) {
  return to_json(ToolResult{.content = {Text{std::move(error).message}}, .is_error = true}, context.revision);
}

constexpr PendingRequest::Kind kind{.method = "tools/call", .on_error = on_error};

}  // namespace

CallStart start_tools_call(CallContext context, const json::Object& params) {
  const auto name = json::find_string(params, "name");
  if (!name) return rpc::Error{rpc::ErrorCode::invalid_params, "tools/call needs params.name."};
  const Tool* tool = context.app.find_tool(*name);
  if (!tool || !is_visible(*tool, context.caller.get()))
    return rpc::Error{rpc::ErrorCode::invalid_params, "Unknown tool: " + std::string{*name}};
  if (auto denied = check_access(*tool, context.caller.get())) return *std::move(denied);

  const json::Value nothing(json::Object{});
  const json::Value* given = json::find(params, "arguments");
  const json::Value& arguments = given ? *given : nothing;
  if (!arguments.is_object()) return rpc::Error{rpc::ErrorCode::invalid_params, "params.arguments must be an object."};
  auto input = InputState::read(context, kind.method, params);
  if (!input) return std::move(input).error();

  const bool bad_input_is_result = rules_of(context.revision).bad_input_is_result;
  auto call = std::make_unique<PendingRequest>(std::move(context), kind, tool->name, params, *std::move(input));
  auto task = tool->start(arguments, call->call());
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
