#include "postern/server/gate.hpp"

#include <doctest/doctest.h>

namespace postern::server {
namespace {

Gate gate_of(std::string_view server_url) {
  return Gate{server_url, "https://app.example.com", {"https://inspector.example.com"}};
}

http::Request request_with(std::initializer_list<std::pair<std::string_view, std::string_view>> headers) {
  http::Request request;
  request.target = "/mcp";
  request.headers = headers;
  return request;
}

}  // namespace

TEST_CASE("only a Host that is ours comes in (threat 41)") {
  const Gate local = gate_of("http://localhost:8788");
  const Gate live = gate_of("https://mcp.example.com");
  struct Row {
    const Gate& gate;
    std::string_view host;
    bool allowed;
  };
  for (const auto& [gate, host, allowed] : {
           Row{local, "localhost:8788", true},
           {local, "LOCALHOST:8788", true},
           {local, "127.0.0.1:8788", true},
           {local, "[::1]:8788", true},
           {local, "localhost", false},
           {local, "localhost:8789", false},
           {local, "evil.example:8788", false},
           {local, "localhost.evil.example:8788", false},
           {local, "", false},
           {live, "mcp.example.com", true},
           {live, "mcp.example.com:443", true},
           {live, "mcp.example.com.", false},
           {live, "mcp.example.com:80", false},
           {live, "localhost:8788", false},
           {live, "127.0.0.1", false},
       }) {
    CAPTURE(host);
    CHECK(gate.host_allowed(request_with({{"Host", host}})) == allowed);
  }
  CHECK_FALSE(live.host_allowed(request_with({})));
  CHECK_FALSE(live.host_allowed(request_with({{"Host", "mcp.example.com"}, {"Host", "mcp.example.com"}})));
}

TEST_CASE("a page may call /mcp from an allowed origin only") {
  const Gate local = gate_of("http://localhost:8788");
  const Gate live = gate_of("https://mcp.example.com");
  CHECK(live.origin_allowed(request_with({})));
  for (std::string_view origin :
       {"https://mcp.example.com", "https://app.example.com", "https://inspector.example.com"}) {
    CHECK(live.origin_allowed(request_with({{"Origin", origin}})));
  }
  for (std::string_view origin :
       {"https://evil.example", "null", "http://mcp.example.com", "https://mcp.example.com.evil.example",
        "http://localhost:6274", "https://app.example.com:8443", ""}) {
    CAPTURE(origin);
    CHECK_FALSE(live.origin_allowed(request_with({{"Origin", origin}})));
  }
  CHECK(local.origin_allowed(request_with({{"Origin", "http://localhost:6274"}})));
  CHECK(local.origin_allowed(request_with({{"Origin", "http://127.0.0.1:5173"}})));
  CHECK_FALSE(local.origin_allowed(request_with({{"Origin", "http://localhost.evil.example"}})));
  CHECK_FALSE(
      local.origin_allowed(request_with({{"Origin", "http://localhost:8788"}, {"Origin", "https://evil.example"}})));
}

TEST_CASE("CORS is open where there is no cookie to abuse, and nowhere else (threat 42)") {
  for (std::string_view path :
       {"/mcp", "/sse", "/messages", "/token", "/register", "/revoke", "/.well-known/oauth-protected-resource/mcp",
        "/api/connections", "/api/connections/x"}) {
    CHECK(Gate::is_cross_origin(path));
  }
  for (std::string_view path : {"/authorize", "/authorize/consent", "/callback", "/", "/mcp/", "/healthz",
                                "/connections", "/connections/disconnect", "/api/", "/api/connectionsx"})
    CHECK_FALSE(Gate::is_cross_origin(path));

  const Gate gate = gate_of("https://mcp.example.com");
  http::Request request = request_with({{"Origin", "https://inspector.example"}});
  http::Response response = http::Response::empty(401);
  gate.finish(request, response);
  CHECK(*response.headers.find("Access-Control-Allow-Origin") == "*");
  CHECK(response.headers.find("Access-Control-Allow-Credentials") == nullptr);
  CHECK(response.headers.find("Access-Control-Expose-Headers")->contains("WWW-Authenticate"));

  // Who is no browser has no use for it. What a cache may keep has it for whoever asks next.
  request.headers.remove("Origin");
  request.method = http::Method::post;
  http::Response unasked = http::Response::empty(401);
  gate.finish(request, unasked);
  CHECK(unasked.headers.find("Access-Control-Allow-Origin") == nullptr);
  request.method = http::Method::get;
  http::Response kept = http::Response::empty(200);
  gate.finish(request, kept);
  CHECK(kept.headers.find("Access-Control-Allow-Origin") != nullptr);

  request.target = "/authorize";
  http::Response page = http::Response::html(200, "<p>");
  gate.finish(request, page);
  CHECK(page.headers.find("Access-Control-Allow-Origin") == nullptr);
  CHECK(page.headers.find("Content-Security-Policy")->contains("frame-ancestors 'none'"));
  CHECK(*page.headers.find("X-Frame-Options") == "DENY");
  CHECK(*page.headers.find("Cache-Control") == "no-store");
  CHECK(page.headers.find("Strict-Transport-Security") != nullptr);
}

TEST_CASE("a preflight gives back the wanted headers, but no more than a kilobyte of them") {
  http::Response response =
      Gate::preflight(request_with({{"Access-Control-Request-Headers", "authorization,mcp-param-x"}}));
  CHECK(response.status == 204);
  CHECK(*response.headers.find("Access-Control-Allow-Headers") == "authorization,mcp-param-x");
  response = Gate::preflight(request_with({{"Access-Control-Request-Headers", std::string(2000, 'a')}}));
  CHECK(response.headers.find("Access-Control-Allow-Headers") == nullptr);
}

}  // namespace postern::server
