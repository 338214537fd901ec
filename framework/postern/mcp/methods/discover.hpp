// `server/discover`: what a client may know before it does anything else (2026-07-28, server/discover).
#pragma once

#include "postern/mcp/methods/method.hpp"

namespace postern::mcp {

// Every date that a client may name, the latest first: also in the error for one that it may not.
[[nodiscard]] json::Array supported_versions();

[[nodiscard]] std::string discover(const App& app, Revision revision, const json::Object& capabilities);

}  // namespace postern::mcp
