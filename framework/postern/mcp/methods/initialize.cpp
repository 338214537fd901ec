#include "postern/mcp/methods/initialize.hpp"

namespace postern::mcp {

std::expected<Revision, rpc::Error> negotiate(const json::Object& params) {
  const auto requested = json::find_string(params, "protocolVersion");
  if (!requested) {
    return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, "initialize needs params.protocolVersion."});
  }
  const auto known = find_revision(*requested);
  return known && rules_of(*known).sessions ? *known : latest_legacy_revision;
}

std::string initialize(const App& app, Revision negotiated, const json::Object& capabilities) {
  json::Object result{{"protocolVersion", rules_of(negotiated).date},
                      {"capabilities", capabilities},
                      {"serverInfo", server_info_with_icons(app, negotiated)}};
  if (!app.instructions().empty()) result.emplace("instructions", app.instructions());
  return finish_result(result, app, negotiated);
}

}  // namespace postern::mcp
