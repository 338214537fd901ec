#include "postern/mcp/methods/method.hpp"

namespace postern::mcp {

json::Object server_info(const App& app, Revision revision) {
  json::Object info{{"name", app.name()}, {"version", app.version()}};
  if (rules_of(revision).structured_output && !app.title().empty()) info.emplace("title", app.title());
  return info;
}

json::Object server_capabilities(const App&) { return {{"tools", json::Object{}}}; }

std::string finish_result(json::Object result, const App& app, Revision revision) {
  if (!rules_of(revision).sessions) {
    result.emplace("resultType", "complete");
    result.emplace("_meta", json::Object{{"io.modelcontextprotocol/serverInfo", server_info(app, revision)}});
  }
  return json::serialize(result);
}

}  // namespace postern::mcp
