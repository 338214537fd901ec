#include "postern/mcp/methods/catalog.hpp"

#include "postern/mcp/methods/discover.hpp"
#include "postern/mcp/methods/initialize.hpp"

namespace postern::mcp {

Catalog::Catalog(const App& app, const std::vector<std::string_view>& changing_lists) : app_(app) {
  for (std::size_t i = 0; i < revision_rules.size(); ++i) {
    const auto revision = static_cast<Revision>(i);
    const json::Object capabilities = server_capabilities(app, revision, changing_lists);
    answers_.push_back({.initialize = mcp::initialize(app, revision, capabilities),
                        .discover = discover(app, revision, capabilities),
                        .tools = list_tools(app, revision),
                        .prompts = list_prompts(app, revision),
                        .resources = list_resources(app, revision),
                        .resource_templates = list_resource_templates(app, revision),
                        .result_end = mcp::result_end(app, revision)});
  }
}

MethodOutcome Catalog::answer(Revision revision, std::string_view method, const json::Object& params,
                              const Principal* caller) const {
  const bool sessions = rules_of(revision).sessions;
  const Answers& answers = of(revision);
  if (method == "tools/list") return answers.tools.list(params, caller);
  if (method == "prompts/list" && !app_.prompts().empty()) return answers.prompts.list(params, caller);
  if (method == "resources/list" && !app_.resources().empty()) return answers.resources.list(params, caller);
  if (method == "resources/templates/list" && !app_.resources().empty())
    return answers.resource_templates.list(params, caller);
  if (method == "server/discover" && !sessions) return answers.discover;
  if (method == "ping" && sessions) return "{}";
  return std::unexpected(rpc::Error{rpc::ErrorCode::method_not_found, "Method not found."});
}

}  // namespace postern::mcp
