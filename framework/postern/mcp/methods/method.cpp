#include "postern/mcp/methods/method.hpp"

#include <utility>

#include "postern/base/concat.hpp"

namespace postern::mcp {

json::Object server_info(const App& app, Revision revision) {
  json::Object info{{"name", app.name()}, {"version", app.version()}};
  if (rules_of(revision).structured_output && !app.title().empty()) info.emplace("title", app.title());
  return info;
}

json::Object server_info_with_icons(const App& app, Revision revision) {
  json::Object info = server_info(app, revision);
  add_icons(info, app.icons(), rules_of(revision));
  return info;
}

void add_icons(json::Object& object, const std::vector<Icon>& icons, const RevisionRules& rules) {
  if (!rules.icons || icons.empty()) return;
  json::Array all;
  for (const Icon& icon : icons) {
    json::Object one{{"src", icon.src}};
    if (!icon.mime_type.empty()) one.emplace("mimeType", icon.mime_type);
    if (!icon.sizes.empty()) one.emplace("sizes", json::Array(icon.sizes.begin(), icon.sizes.end()));
    if (!icon.theme.empty()) one.emplace("theme", icon.theme);
    all.push_back(std::move(one));
  }
  object.emplace("icons", std::move(all));
}

json::Object server_capabilities(const App& app, Revision revision,
                                 const std::vector<std::string_view>& changing_lists) {
  json::Object capabilities{{"logging", json::Object{}}, {"tools", json::Object{}}};
  if (!app.prompts().empty()) capabilities["prompts"] = json::Object{};
  if (!app.resources().empty()) capabilities["resources"] = json::Object{{"subscribe", true}};
  for (const std::string_view list : changing_lists) capabilities[list].as_object()["listChanged"] = true;
  if (app.has_completers()) capabilities["completions"] = json::Object{};
  if (app.has_tasks() && rules_of(revision).task_requests) {
    capabilities["tasks"] = {
        {"list", json::Object{}}, {"cancel", json::Object{}}, {"requests", {{"tools", {{"call", json::Object{}}}}}}};
  }
  json::Object extensions;
  if (app.has_tasks() && !rules_of(revision).sessions) extensions["io.modelcontextprotocol/tasks"] = json::Object{};
  if (app.has_pages() && !rules_of(revision).sessions) extensions["io.modelcontextprotocol/ui"] = json::Object{};
  if (!extensions.empty()) capabilities["extensions"] = std::move(extensions);
  return capabilities;
}

std::string result_end(const App& app, Revision revision, std::string_view result_type) {
  return rules_of(revision).sessions ? "}" : result_end(server_info(app, revision), result_type);
}

std::string result_end(const json::Object& server_info, std::string_view result_type) {
  return concat(R"(,"resultType":")", result_type, R"(","_meta":{"io.modelcontextprotocol/serverInfo":)",
                json::serialize(server_info), "}}");
}

std::string add_meta(std::string_view end, const json::Object& meta) {
  const std::string text = json::serialize(meta);
  if (!end.ends_with("}}")) return concat(R"(,"_meta":)", text, "}");
  return concat(end.substr(0, end.size() - 2), ",", std::string_view{text}.substr(1), "}");
}

std::string finish_result(std::string result, std::string_view end) {
  result.pop_back();
  return std::move(result.append(end));
}

std::string finish_result(const json::Object& result, const App& app, Revision revision) {
  return finish_result(json::serialize(result), result_end(app, revision));
}

}  // namespace postern::mcp
