#include "postern/mcp/methods/tools_list.hpp"

#include <algorithm>

#include "postern/base/encoding.hpp"
#include "postern/mcp/methods/cache_hint.hpp"

namespace postern::mcp {

namespace {

constexpr std::size_t tools_per_page = 100;

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

json::Object describe(const Tool& tool, const RevisionRules& rules) {
  json::Object object{{"name", tool.name}, {"description", tool.description}, {"inputSchema", tool.input_schema}};
  json::Object annotations = annotations_of(tool);
  if (!tool.title.empty()) {
    // Where tools have no title of their own yet, it is one of the annotations.
    (rules.structured_output ? object : annotations).emplace("title", tool.title);
  }
  if (rules.annotations && !annotations.empty()) object.emplace("annotations", std::move(annotations));
  if (rules.structured_output && tool.output_schema) object.emplace("outputSchema", *tool.output_schema);
  return object;
}

// Opaque to clients, and the same on every instance that runs the same app.
std::string cursor_to(std::size_t first) { return base64url_encode("tools/" + std::to_string(first)); }

}  // namespace

ToolPages::ToolPages(const App& app, Revision revision) {
  const RevisionRules& rules = rules_of(revision);
  const auto& tools = app.tools();
  std::size_t first = 0;
  do {
    const std::size_t end = std::min(tools.size(), first + tools_per_page);
    json::Array described;
    for (std::size_t i = first; i < end; ++i) described.emplace_back(describe(tools[i], rules));
    json::Object result{{"tools", std::move(described)}};
    if (end < tools.size()) result.emplace("nextCursor", cursor_to(end));
    if (!rules.sessions) add_cache_hint(result, CacheScope::everyone);
    pages_.push_back({first == 0 ? "" : cursor_to(first), finish_result(result, app, revision)});
    first = end;
  } while (first < tools.size());
}

MethodOutcome ToolPages::list(const json::Object& params) const {
  const json::Value* cursor = json::find(params, "cursor");
  if (!cursor) return pages_.front().result;
  for (const Page& page : pages_) {
    if (cursor->is_string() && !page.cursor.empty() && cursor->as_string() == page.cursor) return page.result;
  }
  return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, "The cursor is not one of this list."});
}

}  // namespace postern::mcp
