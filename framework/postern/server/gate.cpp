#include "postern/server/gate.hpp"

#include <algorithm>

#include "postern/base/concat.hpp"
#include "postern/base/ensure.hpp"
#include "postern/uri/url.hpp"

namespace postern::server {
namespace {

// Not announced by a fixed list of ours alone: clients send Mcp-Param-* headers that tools declare. The browser's own
// list is given back, bounded, and HeaderMap refuses anything that is no header text.
constexpr std::size_t request_headers_bytes_max = 1024;

void set_default(http::HeaderMap& headers, std::string_view name, std::string_view value) {
  if (!headers.find(name)) headers.set(name, value);
}

}  // namespace

Gate::Gate(std::string_view server_url, std::string_view app_url, std::vector<std::string> allowed_origins)
    : origins_(std::move(allowed_origins)),
      reach_(Reach::network),
      everywhere_({{"X-Content-Type-Options", "nosniff"}}),
      cross_origin_(
          {{"Access-Control-Allow-Origin", "*"},
           {"Access-Control-Expose-Headers", "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, X-Request-Id"}}) {
  const auto url = uri::Url::parse(server_url);
  ensure(url.has_value());
  const std::string authority{server_url.substr(server_url.find("//") + 2)};
  hosts_.push_back(authority);
  if (url->scheme() == "https") {
    everywhere_.add("Strict-Transport-Security", "max-age=31536000");
    hosts_.push_back(authority + ":443");
  }
  origins_.emplace_back(server_url);
  origins_.emplace_back(app_url);
  if (url->is_loopback()) {
    reach_ = Reach::loopback;
    for (std::string_view name : {"localhost", "127.0.0.1", "[::1]"})
      hosts_.push_back(concat(name, ":", url->port().value_or(80)));
  }
}

bool Gate::host_allowed(const http::Request& request) const {
  const std::string* host = request.headers.find_only("Host");
  return host &&
         std::ranges::any_of(hosts_, [&](const std::string& ours) { return http::equal_ignoring_case(ours, *host); });
}

bool Gate::origin_allowed(const http::Request& request) const {
  if (!request.headers.find("Origin")) return true;
  const std::string* origin = request.headers.find_only("Origin");
  if (!origin) return false;
  if (std::ranges::contains(origins_, *origin)) return true;
  // In development any local page may try: the Inspector picks its own port.
  if (reach_ == Reach::network) return false;
  const auto url = uri::Url::parse(*origin);
  return url && url->is_loopback() && url->origin() == *origin;
}

bool Gate::is_mcp(std::string_view path) { return path == "/mcp" || path == "/sse" || path == "/messages"; }

bool Gate::is_cross_origin(std::string_view path) {
  return is_mcp(path) || path == "/token" || path == "/register" || path == "/revoke" || path == "/api/connections" ||
         path.starts_with("/api/connections/") || path.starts_with("/.well-known/");
}

http::Response Gate::preflight(const http::Request& request) {
  http::Response response = http::Response::empty(204);
  response.headers.set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS");
  const std::string* wanted = request.headers.find("Access-Control-Request-Headers");
  if (wanted && wanted->size() <= request_headers_bytes_max)
    response.headers.set("Access-Control-Allow-Headers", *wanted);
  response.headers.set("Access-Control-Max-Age", "86400");
  return response;
}

void Gate::finish(const http::Request& request, http::Response& response) const {
  http::HeaderMap& headers = response.headers;
  headers.set("X-Request-Id", request.id);
  headers.set(everywhere_);
  set_default(headers, "Cache-Control", "no-store");
  // Only a browser asks for these, and names the page's origin; but a GET's answer may be kept for one that does.
  const bool may_be_read_elsewhere = request.method == http::Method::get || request.headers.find("Origin");
  if (may_be_read_elsewhere && is_cross_origin(request.path())) headers.set(cross_origin_);
  const std::string* type = headers.find("Content-Type");
  if (type && type->starts_with("text/html")) {
    set_default(headers, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    set_default(headers, "X-Frame-Options", "DENY");
    set_default(headers, "Referrer-Policy", "no-referrer");
  }
}

}  // namespace postern::server
