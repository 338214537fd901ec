#include <doctest/doctest.h>

#include <algorithm>

#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {

TEST_CASE("an unknown client or redirect_uri is never redirected to: the person gets a page") {
  Flow flow;
  const std::string client = flow.register_public();
  for (std::string_view uri : {"-",
                               "",
                               "https://evil.test/cb",
                               "http://assistant.test/cb",
                               "https://assistant.test/cb/",
                               "https://assistant.test/cb?x=1",
                               "https://assistant.test/cb#x",
                               "https://assistant.test/cb%2f",
                               "https://assistant.test/CB",
                               "https://ASSISTANT.test/cb",
                               "https://assistant.test:443/cb",
                               "https://assistant.test:8443/cb",
                               "https://assistant.test.evil.test/cb",
                               "https://assistant.test@evil.test/cb",
                               "https://evil.test\\@assistant.test/cb",
                               "https://assistant.test/x/../cb",
                               "https://assistant.test//cb",
                               "//assistant.test/cb",
                               "javascript:alert(1)",
                               "data:text/html,x",
                               "https://assistant.test/cb\r\nX: y",
                               "https://assistant.test/cb ",
                               " https://assistant.test/cb",
                               "http://127.0.0.1.evil.test/cb",
                               "http://127.0.0.1/cb/other",
                               "http://0.0.0.0/cb",
                               "http://localhost./cb",
                               "https://127.0.0.1/cb"}) {
    CAPTURE(uri);
    const http::Response response = flow.get(Flow::authorize_target(client, {{"redirect_uri", uri}}));
    CHECK(response.status == 400);
    CHECK(location(response).empty());
    CHECK(header(response, "Content-Type").starts_with("text/html"));
  }
  for (std::string_view id : {"-", "", "public_x", "../client", "client/x", "\xc3\xa9"}) {
    const http::Response response = flow.get(Flow::authorize_target(id));
    CHECK(response.status == 400);
    CHECK(location(response).empty());
  }
  const std::string twice = Flow::authorize_target(client) + "&redirect_uri=https%3A%2F%2Fevil.test%2F";
  CHECK(flow.get(twice).status == 400);
  CHECK(flow.get("/authorize?client_id=%zz").status == 400);
}

TEST_CASE("a loopback redirect may name any port, and nothing else may differ") {
  Flow flow;
  const std::string client = flow.register_public();
  for (std::string_view uri : {"http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb"})
    CHECK(flow.get(Flow::authorize_target(client, {{"redirect_uri", uri}})).status == 200);
  for (std::string_view uri : {"http://localhost:1/cb", "http://[::1]:1/cb", "http://127.0.0.2:1/cb"})
    CHECK(flow.get(Flow::authorize_target(client, {{"redirect_uri", uri}})).status == 400);
}

TEST_CASE("any other error goes back to the client with its code, state and iss") {
  Flow flow;
  const std::string client = flow.register_public();
  struct Row {
    std::string_view name, value, error;
  };
  for (auto [name, value, error] : {
           Row{"response_type", "-", "invalid_request"},
           Row{"response_type", "token", "unsupported_response_type"},
           Row{"response_type", "code id_token", "unsupported_response_type"},
           Row{"code_challenge", "-", "invalid_request"},
           Row{"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", "invalid_request"},
           Row{"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", "invalid_request"},
           Row{"code_challenge_method", "-", "invalid_request"},
           Row{"code_challenge_method", "plain", "invalid_request"},
           Row{"code_challenge_method", "s256", "invalid_request"},
           Row{"resource", "https://mcp.test", "invalid_target"},
           Row{"resource", "https://mcp.test/mcp/", "invalid_target"},
           Row{"resource", "https://mcp.test/MCP", "invalid_target"},
           Row{"resource", "https://mcp.test/mcp#x", "invalid_target"},
           Row{"resource", "https://mcp.test.evil.test/mcp", "invalid_target"},
           Row{"resource", "/mcp", "invalid_target"},
           Row{"resource", "https://mcp.test/sse/", "invalid_target"},
           Row{"resource", "https://mcp.test/messages", "invalid_target"},
           Row{"scope", "openid profile", "invalid_scope"},
           Row{"scope", "orders:read\"", "invalid_scope"},
           Row{"scope", "*", "invalid_scope"},
       }) {
    CAPTURE(name);
    CAPTURE(value);
    const http::Response response = flow.get(Flow::authorize_target(client, {{name, value}}));
    CHECK(response.status == 302);
    CHECK(location(response).starts_with("https://assistant.test/cb?"));
    CHECK(location_parameter(response, "error") == error);
    CHECK(location_parameter(response, "state") == "client-state");
    CHECK(location_parameter(response, "iss") == issuer);
    CHECK(location_parameter(response, "code").empty());
  }
}

TEST_CASE("a parameter that is there twice is refused, but for the resource") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string target = Flow::authorize_target(client);
  for (std::string_view more : {"&scope=a&scope=b", "&code_challenge=x", "&response_type=code", "&state=other"})
    CHECK(location_parameter(flow.get(target + std::string{more}), "error") == "invalid_request");
  CHECK(location_parameter(flow.get(target + "&state=other"), "state").empty());
  CHECK(flow.get(target + "&resource=https://mcp.test/mcp&resource=https://mcp.test/mcp").status == 200);
  CHECK(flow.get(target + "&resource=https://mcp.test/mcp&resource=https://mcp.test/sse").status == 200);
  CHECK(location_parameter(flow.get(target + "&resource=https://mcp.test/mcp&resource=https://x.test"), "error") ==
        "invalid_target");
}

TEST_CASE("the resource may be absent, and its scheme and host in any case") {
  Flow flow;
  const std::string client = flow.register_public();
  for (std::string_view resource : {"-", "https://mcp.test/mcp", "HTTPS://MCP.Test/mcp"})
    CHECK(flow.get(Flow::authorize_target(client, {{"resource", resource}})).status == 200);
}

TEST_CASE("what is granted of a scope: the known part; everything, if nothing is asked for") {
  Flow flow;
  const std::string client = flow.register_public();
  struct Row {
    std::string_view asked, granted;
  };
  for (auto [asked, granted] :
       {Row{"orders:read", "orders:read"}, Row{"orders:write orders:read", "orders:read orders:write"},
        Row{"-", "orders:read orders:write"}, Row{"", "orders:read orders:write"},
        Row{"offline_access", "orders:read orders:write"}, Row{"orders:write offline_access openid", "orders:write"}})
    CHECK(member(flow.redeem(client, flow.code_for(client, {{"scope", asked}})), "scope") == granted);
  Flow unscoped{issuer, false};
  const std::string other = unscoped.register_public();
  CHECK(unscoped.redeem(other, unscoped.code_for(other, {{"scope", "openid"}})).status == 200);
}

TEST_CASE("the client may do without a state, and then gets none") {
  Flow flow;
  const std::string client = flow.register_public();
  const http::Response response =
      flow.get(Flow::authorize_target(client, {{"state", "-"}, {"response_type", "token"}}));
  CHECK_FALSE(location(response).contains("state="));
}

TEST_CASE("a state full of markup and line breaks comes back as it was, encoded") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string_view state = "<b>\"\r\nX-Evil: 1&iss=https://evil.test\xc3\xa9";
  const http::Response response =
      flow.get(Flow::authorize_target(client, {{"state", state}, {"response_type", "token"}}));
  CHECK(location_parameter(response, "state") == state);
  CHECK(location_parameter(response, "iss") == issuer);
}

}  // namespace postern::oauth
