// The methods that run the app's functions.
//
//   if (const AppMethod start = find_app_method(app, message.method)) return start(std::move(context), message.params);
#pragma once

#include <string_view>

#include "postern/mcp/methods/pending_request.hpp"

namespace postern::mcp {

// Finds what the parameters name, asks whether the caller may use it, checks the arguments, and starts it.
using AppMethod = CallStart (*)(CallContext context, const json::Object& params);

// Null if it is no such method, or if the app has nothing to be called by it.
[[nodiscard]] AppMethod find_app_method(const App& app, std::string_view method);

[[nodiscard]] CallStart start_tools_call(CallContext context, const json::Object& params);      // server/tools
[[nodiscard]] CallStart start_prompts_get(CallContext context, const json::Object& params);     // server/prompts
[[nodiscard]] CallStart start_resources_read(CallContext context, const json::Object& params);  // server/resources
[[nodiscard]] CallStart start_complete(CallContext context, const json::Object& params);        // utilities/completion

// What the parameters name; null if nothing of the app, or if the method runs nothing.
[[nodiscard]] const Declaration* find_declaration(const App& app, std::string_view method, const json::Object& params);
[[nodiscard]] const Declaration* find_completed(const App& app, const json::Object& params);  // utilities/completion

// The arguments of a prompt, or the variables of a template: text, made what the schema wants where that is a number or
// a boolean. What does not fit stays text, for the schema's check to refuse.
[[nodiscard]] json::Value typed_arguments(const json::Object& texts, const json::Object& schema);

[[nodiscard]] rpc::Error resource_not_found(std::string_view uri, Revision revision);

// To a client that should know tasks (extension io.modelcontextprotocol/tasks, capability negotiation).
[[nodiscard]] rpc::Error missing_tasks_capability();

// What a failed function becomes where there is no result to carry the error: -32602 if its caller can do something
// about it, else -32603.
[[nodiscard]] MethodOutcome error_of(Error error);

}  // namespace postern::mcp
