// `resources/read` (2026-07-28, server/resources).
#include "postern/base/concat.hpp"
#include "postern/json/writer.hpp"
#include "postern/mcp/methods/app_methods.hpp"
#include "postern/mcp/methods/cache_hint.hpp"

namespace postern::mcp {

namespace {

std::string write(const ResourceResult& result, const Resource& resource, const PendingRequest& request) {
  std::string text;
  json::ObjectWriter object{text};
  std::string& contents = object.member("contents");
  contents += '[';
  for (const ResourceContents& content : result.contents) {
    if (&content != &result.contents.front()) contents += ',';
    contents += to_json(content);
    if (!resource.meta.empty()) {
      contents.pop_back();
      contents += concat(R"(,"_meta":)", json::serialize(resource.meta), "}");
    }
  }
  contents += ']';
  if (!rules_of(request.context().revision).sessions) {
    // What is open to anyone may still tell its reader more about themselves.
    const bool is_for_all = resource.open_to_anyone && !request.call().caller();
    append_cache_hint(object, resource.fresh_for, is_for_all ? CacheScope::everyone : CacheScope::caller);
  }
  object.end();
  return text;
}

MethodOutcome on_error(Error error, std::string_view uri, const CallContext& context) {
  if (error.kind == Error::Kind::not_found) return std::unexpected(resource_not_found(uri, context.revision));
  return error_of(std::move(error));
}

constexpr PendingRequest::Kind kind{.method = "resources/read", .on_error = on_error};

}  // namespace

rpc::Error resource_not_found(std::string_view uri, Revision revision) {
  return {rules_of(revision).sessions ? rpc::ErrorCode::resource_not_found : rpc::ErrorCode::invalid_params,
          "Resource not found", json::Object{{"uri", uri}}};
}

CallStart start_resources_read(CallContext context, const json::Object& params) {
  const auto uri = json::find_string(params, "uri");
  if (!uri) return rpc::Error{rpc::ErrorCode::invalid_params, "resources/read needs params.uri."};
  const auto found = context.app.find_resource(*uri);
  if (!found || !is_visible(*found->resource, context.caller.get())) return resource_not_found(*uri, context.revision);
  const Resource& resource = *found->resource;
  if (auto denied = check_access(resource, context.caller.get())) return *std::move(denied);
  auto input = InputState::read(context, kind.method, params);
  if (!input) return std::move(input).error();

  auto request =
      std::make_unique<PendingRequest>(std::move(context), kind, std::string{*uri}, params, *std::move(input));
  json::Object variables;
  for (const auto& [name, value] : found->variables) variables[name] = value;
  auto task = resource.start({std::string{*uri}, resource.mime_type},
                             typed_arguments(variables, resource.variables_schema), request->call());
  // A variable that its function does not take names nothing.
  if (!task) return resource_not_found(*uri, request->context().revision);
  request->start(*std::move(task), [&resource](const ResourceResult& result, const PendingRequest& of) {
    return write(result, resource, of);
  });
  return request;
}

}  // namespace postern::mcp
