// What the methods have in common: their shape, and how a result is finished for a revision.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "postern/json/value.hpp"
#include "postern/mcp/app.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/revision.hpp"

namespace postern::mcp {

// A result as JSON text, or why there is none.
using MethodOutcome = std::expected<std::string, rpc::Error>;

// What every result of the revision carries behind its own members (2026-07-28, basic/index: resultType, serverInfo in
// _meta), and the brace that ends it. Every result of a revision that adds something has a member of its own.
[[nodiscard]] std::string result_end(const App& app, Revision revision, std::string_view result_type = "complete");
[[nodiscard]] std::string result_end(const json::Object& server_info, std::string_view result_type);
[[nodiscard]] std::string finish_result(std::string result, std::string_view end);
// An end with more members, at least one, in its _meta.
[[nodiscard]] std::string add_meta(std::string_view end, const json::Object& meta);
[[nodiscard]] std::string finish_result(const json::Object& result, const App& app, Revision revision);

// Who we are, as every revision's Implementation has it. Icons are told once, to who asks what this server is: they may
// be large, and every modern result carries the rest.
[[nodiscard]] json::Object server_info(const App& app, Revision revision);
[[nodiscard]] json::Object server_info_with_icons(const App& app, Revision revision);

// Adds `icons`, if there are any and the revision knows them.
void add_icons(json::Object& object, const std::vector<Icon>& icons, const RevisionRules& rules);
// What we offer (ServerCapabilities).
[[nodiscard]] json::Object server_capabilities(const App& app, Revision revision,
                                               const std::vector<std::string_view>& changing_lists);

}  // namespace postern::mcp
