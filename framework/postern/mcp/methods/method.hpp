// What the methods have in common: their shape, and how a result is finished for a revision.
#pragma once

#include <expected>
#include <string>

#include "postern/json/value.hpp"
#include "postern/mcp/app.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/revision.hpp"

namespace postern::mcp {

// A result as JSON text, or why there is none.
using MethodOutcome = std::expected<std::string, rpc::Error>;

// With what every result of the revision carries (2026-07-28, basic/index: resultType, serverInfo in _meta).
[[nodiscard]] std::string finish_result(json::Object result, const App& app, Revision revision);

// Who we are, as every revision's Implementation has it.
[[nodiscard]] json::Object server_info(const App& app, Revision revision);
// What we offer (ServerCapabilities).
[[nodiscard]] json::Object server_capabilities(const App& app);

}  // namespace postern::mcp
