#include "postern/mcp/methods/list_pages.hpp"

#include <algorithm>

#include "postern/base/encoding.hpp"
#include "postern/mcp/methods/cache_hint.hpp"

namespace postern::mcp {

namespace {

constexpr std::size_t items_per_page = 100;

// Opaque to clients, and the same on every instance that runs the same app.
std::string cursor_to(std::string_view member, std::size_t first) {
  return base64url_encode(std::string{member} + '/' + std::to_string(first));
}

// Name, title and description, as all of them have.
json::Object describe(const Declaration& declaration, const RevisionRules& rules) {
  json::Object object{{"name", declaration.name}, {"description", declaration.description}};
  if (rules.structured_output && !declaration.title.empty()) object.emplace("title", declaration.title);
  return object;
}

json::Object annotations_of(const Tool& tool) {
  json::Object annotations;
  auto add = [&annotations](std::string_view name, std::optional<bool> hint) {
    if (hint) annotations.emplace(name, *hint);
  };
  add("readOnlyHint", tool.read_only);
  add("destructiveHint", tool.destructive);
  add("idempotentHint", tool.idempotent);
  add("openWorldHint", tool.open_world);
  return annotations;
}

json::Object describe_tool(const Tool& tool, const RevisionRules& rules) {
  json::Object object = describe(tool, rules);
  object.emplace("inputSchema", tool.input_schema);
  json::Object annotations = annotations_of(tool);
  // Where tools have no title of their own yet, it is one of the annotations.
  if (!rules.structured_output && !tool.title.empty()) annotations.emplace("title", tool.title);
  if (rules.annotations && !annotations.empty()) object.emplace("annotations", std::move(annotations));
  if (rules.structured_output && tool.output_schema) object.emplace("outputSchema", *tool.output_schema);
  return object;
}

json::Array arguments_of(const Prompt& prompt) {
  json::Array arguments;
  const json::Value* properties = json::find(prompt.input_schema, "properties");
  const json::Value* required = json::find(prompt.input_schema, "required");
  for (const auto& [name, property] : properties ? properties->as_object() : json::Object{}) {
    json::Object argument{{"name", name}};
    if (const json::Value* description = json::find(property, "description")) {
      argument.emplace("description", *description);
    }
    if (required && std::ranges::contains(required->as_array(), json::Value(name))) argument.emplace("required", true);
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

json::Object describe_prompt(const Prompt& prompt, const RevisionRules& rules) {
  json::Object object = describe(prompt, rules);
  if (json::Array arguments = arguments_of(prompt); !arguments.empty()) {
    object.emplace("arguments", std::move(arguments));
  }
  return object;
}

json::Object describe_resource(const Resource& resource, const RevisionRules& rules) {
  json::Object object = describe(resource, rules);
  object.emplace(resource.uri.has_variables() ? "uriTemplate" : "uri", resource.uri.text());
  if (!resource.mime_type.empty()) object.emplace("mimeType", resource.mime_type);
  return object;
}

json::Array describe_resources(const App& app, Revision revision, bool templates) {
  json::Array described;
  for (const Resource& resource : app.resources()) {
    if (resource.uri.has_variables() == templates) described.push_back(describe_resource(resource, rules_of(revision)));
  }
  return described;
}

}  // namespace

ListPages::ListPages(std::string_view member, const json::Array& items, const App& app, Revision revision) {
  std::size_t first = 0;
  do {
    const std::size_t end = std::min(items.size(), first + items_per_page);
    json::Object result{{member, json::Array(items.begin() + first, items.begin() + end)}};
    if (end < items.size()) result.emplace("nextCursor", cursor_to(member, end));
    if (!rules_of(revision).sessions) add_cache_hint(result, CacheScope::everyone);
    pages_.push_back({first == 0 ? "" : cursor_to(member, first), finish_result(result, app, revision)});
    first = end;
  } while (first < items.size());
}

MethodOutcome ListPages::list(const json::Object& params) const {
  const json::Value* cursor = json::find(params, "cursor");
  if (!cursor) return pages_.front().result;
  for (const Page& page : pages_) {
    if (cursor->is_string() && !page.cursor.empty() && cursor->as_string() == page.cursor) return page.result;
  }
  return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, "The cursor is not one of this list."});
}

ListPages list_tools(const App& app, Revision revision) {
  json::Array tools;
  for (const Tool& tool : app.tools()) tools.push_back(describe_tool(tool, rules_of(revision)));
  return {"tools", tools, app, revision};
}

ListPages list_prompts(const App& app, Revision revision) {
  json::Array prompts;
  for (const Prompt& prompt : app.prompts()) prompts.push_back(describe_prompt(prompt, rules_of(revision)));
  return {"prompts", prompts, app, revision};
}

ListPages list_resources(const App& app, Revision revision) {
  return {"resources", describe_resources(app, revision, false), app, revision};
}

ListPages list_resource_templates(const App& app, Revision revision) {
  return {"resourceTemplates", describe_resources(app, revision, true), app, revision};
}

}  // namespace postern::mcp
