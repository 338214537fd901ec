#include "postern/mcp/methods/app_methods.hpp"

namespace postern::mcp {

AppMethod find_app_method(const App& app, std::string_view method) {
  if (method == "tools/call") return start_tools_call;
  if (method == "prompts/get" && !app.prompts().empty()) return start_prompts_get;
  if (method == "resources/read" && !app.resources().empty()) return start_resources_read;
  if (method == "completion/complete" && app.has_completers()) return start_complete;
  return nullptr;
}

const Declaration* find_declaration(const App& app, std::string_view method, const json::Object& params) {
  if (method == "completion/complete") return find_completed(app, params);
  const auto name = json::find_string(params, method == "resources/read" ? "uri" : "name");
  if (!name) return nullptr;
  if (method == "tools/call") return app.find_tool(*name);
  if (method == "prompts/get") return app.find_prompt(*name);
  if (method != "resources/read") return nullptr;
  const auto found = app.find_resource(*name);
  return found ? found->resource : nullptr;
}

json::Value typed_arguments(const json::Object& texts, const json::Object& schema) {
  json::Object typed;
  const json::Value* properties = json::find(schema, "properties");
  for (const auto& [name, text] : texts) {
    const json::Value* property = properties ? json::find(*properties, name) : nullptr;
    const auto type =
        property && property->is_object() ? json::find_string(property->as_object(), "type") : std::nullopt;
    const bool is_text = !type || type == "string" || !text.is_string();
    auto value = is_text ? text : json::parse(std::string_view{text.as_string()});
    typed[name] = value && (is_text || !value->is_structured()) ? *std::move(value) : text;
  }
  return typed;
}

rpc::Error missing_tasks_capability() {
  return {
      rpc::ErrorCode::missing_client_capability, "This needs a client that knows tasks.",
      json::Object{{"requiredCapabilities", {{"extensions", {{"io.modelcontextprotocol/tasks", json::Object{}}}}}}}};
}

MethodOutcome error_of(Error error) {
  const bool of_caller = error.kind == Error::Kind::invalid || error.kind == Error::Kind::not_found;
  return std::unexpected(rpc::Error{of_caller ? rpc::ErrorCode::invalid_params : rpc::ErrorCode::internal_error,
                                    std::move(error.message)});
}

}  // namespace postern::mcp
