#include "postern/mcp/methods/catalog.hpp"

#include "postern/mcp/methods/discover.hpp"
#include "postern/mcp/methods/initialize.hpp"

namespace postern::mcp {

Catalog::Catalog(const App& app) {
  for (std::size_t i = 0; i < revision_rules.size(); ++i) {
    const auto revision = static_cast<Revision>(i);
    answers_.push_back({mcp::initialize(app, revision), discover(app, revision), ToolPages{app, revision},
                        mcp::result_end(app, revision)});
  }
}

MethodOutcome Catalog::answer(Revision revision, std::string_view method, const json::Object& params) const {
  const bool sessions = rules_of(revision).sessions;
  if (method == "tools/list") return of(revision).tools.list(params);
  if (method == "server/discover" && !sessions) return of(revision).discover;
  if (method == "ping" && sessions) return "{}";
  return std::unexpected(rpc::Error{rpc::ErrorCode::method_not_found, "Method not found."});
}

}  // namespace postern::mcp
