// The headers in which a modern request repeats what its body says, so that proxies need not read it (2026-07-28,
// basic/transports/streamable-http, request metadata). We do read it, so the two must agree (security.md threat 40).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/http/headers.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/parameter_header.hpp"

namespace postern::mcp {

// MCP-Protocol-Version, Mcp-Method, and Mcp-Name for the methods that have one.
[[nodiscard]] std::expected<void, rpc::Error> check_version_header(const http::HeaderMap& headers,
                                                                   std::string_view version);
[[nodiscard]] std::expected<void, rpc::Error> check_method_headers(const http::HeaderMap& headers,
                                                                   std::string_view method, const json::Object& params);

// Mcp-Param-* for the arguments of a tool (custom headers from tool parameters).
[[nodiscard]] std::expected<void, rpc::Error> check_parameter_headers(const http::HeaderMap& headers,
                                                                      const std::vector<ParameterHeader>& declared,
                                                                      const json::Object& params);

// What the value stands for: itself, or what is inside =?base64?...?=. Nullopt if that is broken, or not visible ASCII.
[[nodiscard]] std::optional<std::string> decode_header_value(std::string_view value);

}  // namespace postern::mcp
