#include "postern/mcp/methods/method.hpp"

#include <utility>

#include "postern/base/concat.hpp"

namespace postern::mcp {

json::Object server_info(const App& app, Revision revision) {
  json::Object info{{"name", app.name()}, {"version", app.version()}};
  if (rules_of(revision).structured_output && !app.title().empty()) info.emplace("title", app.title());
  return info;
}

json::Object server_capabilities(const App& app) {
  json::Object capabilities{{"logging", json::Object{}}, {"tools", json::Object{}}};
  if (!app.prompts().empty()) capabilities["prompts"] = json::Object{};
  if (!app.resources().empty()) capabilities["resources"] = json::Object{{"subscribe", true}};
  if (app.has_completers()) capabilities["completions"] = json::Object{};
  return capabilities;
}

std::string result_end(const App& app, Revision revision, std::string_view result_type) {
  if (rules_of(revision).sessions) return "}";
  return concat(R"(,"resultType":")", result_type, R"(","_meta":{"io.modelcontextprotocol/serverInfo":)",
                json::serialize(server_info(app, revision)), "}}");
}

std::string finish_result(std::string result, std::string_view end) {
  result.pop_back();
  return std::move(result.append(end));
}

std::string finish_result(const json::Object& result, const App& app, Revision revision) {
  return finish_result(json::serialize(result), result_end(app, revision));
}

}  // namespace postern::mcp
