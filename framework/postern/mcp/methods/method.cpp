#include "postern/mcp/methods/method.hpp"

#include <utility>

namespace postern::mcp {

json::Object server_info(const App& app, Revision revision) {
  json::Object info{{"name", app.name()}, {"version", app.version()}};
  if (rules_of(revision).structured_output && !app.title().empty()) info.emplace("title", app.title());
  return info;
}

json::Object server_capabilities(const App&) { return {{"tools", json::Object{}}}; }

std::string result_end(const App& app, Revision revision) {
  if (rules_of(revision).sessions) return "}";
  return R"(,"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":)" +
         json::serialize(server_info(app, revision)) + "}}";
}

std::string finish_result(std::string result, std::string_view end) {
  result.pop_back();
  return std::move(result.append(end));
}

std::string finish_result(const json::Object& result, const App& app, Revision revision) {
  return finish_result(json::serialize(result), result_end(app, revision));
}

}  // namespace postern::mcp
