#include "postern/mcp/methods/declared_list.hpp"

#include <algorithm>
#include <charconv>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/mcp/methods/call_context.hpp"

namespace postern::mcp {

namespace {

constexpr std::size_t items_per_page = 100;

// Name, title and description, as all of them have.
json::Object describe(const Declaration& declaration, const RevisionRules& rules) {
  json::Object object{{"name", declaration.name}, {"description", declaration.description}};
  if (rules.structured_output && !declaration.title.empty()) object.emplace("title", declaration.title);
  add_icons(object, declaration.icons, rules);
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
  if (rules.task_requests && tool.task_support != TaskSupport::never) {
    object["execution"] = {{"taskSupport", tool.task_support == TaskSupport::must ? "required" : "optional"}};
  }
  if (rules.structured_output && !tool.page.empty()) {
    json::Object ui{{"resourceUri", tool.page}};
    if (tool.for_its_page_only) ui.emplace("visibility", json::Array{"app"});
    object["_meta"] = {{"ui", std::move(ui)}};
  }
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
  if (rules.structured_output && !resource.meta.empty()) object.emplace("_meta", resource.meta);
  return object;
}

DeclaredList list_of_resources(std::string_view member, const App& app, Revision revision, bool templates) {
  std::vector<DeclaredList::Item> items;
  for (const Resource& resource : app.resources()) {
    if (resource.uri.has_variables() != templates) continue;
    items.push_back({&resource, json::serialize(describe_resource(resource, rules_of(revision)))});
  }
  return {member, std::move(items), app, revision};
}

}  // namespace

DeclaredList::DeclaredList(std::string_view member, std::vector<Item> items, const App& app, Revision revision)
    : member_(member), items_(std::move(items)), scope_(CacheScope::everyone) {
  // The same on all pages, whoever asks (2026-07-28, server/utilities/caching).
  for (const Item& item : items_) {
    if (!is_visible(*item.declaration, nullptr)) scope_ = CacheScope::caller;
  }
  end_ = result_end(app, revision);
  if (rules_of(revision).sessions) return;
  std::string hint;
  json::ObjectWriter object{hint};
  append_cache_hint(object, cache_fresh_for, scope_);
  end_.insert(0, "," + hint.substr(1));
}

std::string DeclaredList::cursor_to(std::size_t item) const {
  return base64url_encode(concat(member_, "/", std::to_string(item)));
}

// 0 if it leads nowhere: a first page has no cursor.
std::size_t DeclaredList::place_of(std::string_view cursor) const {
  const auto text = base64url_decode(cursor);
  std::size_t place = 0;
  if (text) {
    const std::size_t digits = std::min(member_.size() + 1, text->size());
    std::from_chars(text->data() + digits, text->data() + text->size(), place);
  }
  return place < items_.size() && cursor == cursor_to(place) ? place : 0;
}

MethodOutcome DeclaredList::list(const json::Object& params, const Principal* caller) const {
  std::size_t next = 0;
  if (const json::Value* cursor = json::find(params, "cursor")) {
    next = cursor->is_string() ? place_of(std::string_view{cursor->as_string()}) : 0;
    if (next == 0) {
      return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, "The cursor is not one of this list."});
    }
  }
  std::string result;
  json::ObjectWriter object{result};
  std::string& page = object.member(member_);
  page += '[';
  std::size_t shown = 0;
  for (; next < items_.size(); ++next) {
    if (!is_visible(*items_[next].declaration, caller)) continue;
    if (shown == items_per_page) break;
    if (shown++ > 0) page += ',';
    page += items_[next].text;
  }
  page += ']';
  if (next < items_.size()) json::append(object.member("nextCursor"), cursor_to(next));
  object.end();
  return finish_result(std::move(result), end_);
}

DeclaredList list_tools(const App& app, Revision revision) {
  std::vector<DeclaredList::Item> items;
  for (const Tool& tool : app.tools())
    items.push_back({&tool, json::serialize(describe_tool(tool, rules_of(revision)))});
  return {"tools", std::move(items), app, revision};
}

DeclaredList list_prompts(const App& app, Revision revision) {
  std::vector<DeclaredList::Item> items;
  for (const Prompt& prompt : app.prompts())
    items.push_back({&prompt, json::serialize(describe_prompt(prompt, rules_of(revision)))});
  return {"prompts", std::move(items), app, revision};
}

DeclaredList list_resources(const App& app, Revision revision) {
  return list_of_resources("resources", app, revision, false);
}

DeclaredList list_resource_templates(const App& app, Revision revision) {
  return list_of_resources("resourceTemplates", app, revision, true);
}

}  // namespace postern::mcp
