// The checks that stand before every route, and the headers that go onto every answer. All pure.
//
// Host (threat 41): the name the client used must be ours, so that a page that rebinds its DNS name to us gets nothing.
// Origin (MCP transports, "Security Warning"): a browser page may call /mcp only from an origin that is allowed.
// CORS (threat 42): open, without credentials, where there is no cookie to abuse: /mcp, metadata, /token, /register,
// /revoke, /api/connections.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postern/http/message.hpp"

namespace postern::server {

class Gate {
 public:
  // `server_url` and `app_url` are origins.
  Gate(std::string_view server_url, std::string_view app_url, std::vector<std::string> allowed_origins);

  [[nodiscard]] bool host_allowed(const http::Request& request) const;
  [[nodiscard]] bool origin_allowed(const http::Request& request) const;

  // The MCP endpoint, and the two of HTTP with SSE (2024-11-05).
  [[nodiscard]] static bool is_mcp(std::string_view path);
  // Is this a path that pages of other origins may call?
  [[nodiscard]] static bool is_cross_origin(std::string_view path);
  // The answer to an OPTIONS request on such a path.
  [[nodiscard]] static http::Response preflight(const http::Request& request);

  // What every response carries. Does not replace a header that a handler has set for a reason.
  void finish(const http::Request& request, http::Response& response) const;

 private:
  std::vector<std::string> hosts_;
  std::vector<std::string> origins_;
  enum class Reach { loopback, network } reach_;
  http::HeaderMap everywhere_;    // on every response
  http::HeaderMap cross_origin_;  // and on those that pages of other origins may read
};

}  // namespace postern::server
