// `prompts/get` (2026-07-28, server/prompts).
#include "postern/json/writer.hpp"
#include "postern/mcp/methods/app_methods.hpp"

namespace postern::mcp {

namespace {

std::string write(const PromptResult& result, const PendingRequest& request) {
  std::string text;
  json::ObjectWriter object{text};
  if (!result.description.empty()) json::append(object.member("description"), result.description);
  std::string& messages = object.member("messages");
  messages += '[';
  for (const PromptMessage& message : result.messages) {
    if (&message != &result.messages.front()) messages += ',';
    messages += to_json(message, request.context().revision);
  }
  messages += ']';
  object.end();
  return text;
}

MethodOutcome on_error(Error error, std::string_view, const CallContext&) { return error_of(std::move(error)); }

constexpr PendingRequest::Kind kind{.method = "prompts/get", .on_error = on_error};

}  // namespace

CallStart start_prompts_get(CallContext context, const json::Object& params) {
  const auto name = json::find_string(params, "name");
  if (!name) return rpc::Error{rpc::ErrorCode::invalid_params, "prompts/get needs params.name."};
  const Prompt* prompt = context.app.find_prompt(*name);
  if (!prompt || !is_visible(*prompt, context.caller.get()))
    return rpc::Error{rpc::ErrorCode::invalid_params, "Unknown prompt: " + std::string{*name}};
  if (auto denied = check_access(*prompt, context.caller.get())) return *std::move(denied);

  const json::Value* given = json::find(params, "arguments");
  if (given && !given->is_object()) {
    return rpc::Error{rpc::ErrorCode::invalid_params, "params.arguments must be an object."};
  }
  auto input = InputState::read(context, kind.method, params);
  if (!input) return std::move(input).error();

  auto request = std::make_unique<PendingRequest>(std::move(context), kind, prompt->name, params, *std::move(input));
  const json::Value arguments = typed_arguments(given ? given->as_object() : json::Object{}, prompt->input_schema);
  auto task = prompt->start(arguments, request->call());
  if (!task) return rpc::Error{rpc::ErrorCode::invalid_params, std::move(task).error().message};
  request->start(*std::move(task), write);
  return request;
}

}  // namespace postern::mcp
