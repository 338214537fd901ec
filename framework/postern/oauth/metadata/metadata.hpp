// The two documents that clients discover us by: protected resource metadata (RFC 9728) and authorization server
// metadata (RFC 8414), at every well-known address that a client may try (MCP, authorization server discovery).
#pragma once

#include <string>
#include <string_view>

#include "postern/http/router.hpp"
#include "postern/oauth/settings.hpp"

namespace postern::oauth {

// Where the same resource is for clients of 2024-11-05 (HTTP with SSE), which compare what its metadata says with the
// address that they were given.
[[nodiscard]] std::string sse_resource(const Settings& settings);

// The path part of the resource: "/mcp".
[[nodiscard]] std::string_view resource_path(const Settings& settings);
// Where the challenge to a request for that path points: RFC 9728 sec. 3.1, the well-known suffix between host and
// path.
[[nodiscard]] std::string resource_metadata_url(const Settings& settings, std::string_view path);

// `resource` is the one address or the other.
[[nodiscard]] std::string protected_resource_metadata(const Settings& settings, std::string_view resource);
[[nodiscard]] std::string authorization_server_metadata(const Settings& settings);

// The documents are made once and copied for each answer.
void add_metadata_routes(http::Router& router, const Settings& settings);

}  // namespace postern::oauth
