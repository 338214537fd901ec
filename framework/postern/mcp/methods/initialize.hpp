// `initialize`: how a client of a revision with sessions begins (2025-11-25, basic/lifecycle).
#pragma once

#include <expected>

#include "postern/mcp/methods/method.hpp"

namespace postern::mcp {

// The revision that the session will have: the one asked for if it has sessions, else the latest that does.
[[nodiscard]] std::expected<Revision, rpc::Error> negotiate(const json::Object& params);

[[nodiscard]] std::string initialize(const App& app, Revision negotiated, const json::Object& capabilities);

}  // namespace postern::mcp
