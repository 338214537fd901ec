#include "postern/oauth/metadata/metadata.hpp"

#include <doctest/doctest.h>

#include "postern/json/value.hpp"
#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {

TEST_CASE("protected resource metadata is at the root and at the path of the endpoint") {
  Flow flow;
  for (std::string_view path : {"", "/mcp"}) {
    const http::Response response = flow.get("/.well-known/oauth-protected-resource" + std::string{path});
    CHECK(response.status == 200);
    CHECK(header(response, "Content-Type") == "application/json");
    CHECK(member(response, "resource") == "https://mcp.test/mcp");
    CHECK(response.body.contains(R"("authorization_servers":["https://mcp.test"])"));
    CHECK(response.body.contains(R"("scopes_supported":["orders:read","orders:write"])"));
    CHECK_FALSE(response.body.contains("offline_access"));
  }
}

// RFC 9728 sec. 3.3: a client compares the resource with the address that it has.
TEST_CASE("the address of clients of 2024-11-05 has metadata of its own, and challenges there point to it") {
  Flow flow;
  const http::Response response = flow.get("/.well-known/oauth-protected-resource/sse");
  CHECK(response.status == 200);
  CHECK(member(response, "resource") == "https://mcp.test/sse");
  CHECK(response.body.contains(R"("authorization_servers":["https://mcp.test"])"));
  for (std::string_view path : {"/sse", "/messages"}) {
    for (const http::Response& refused :
         {flow.server.challenge({.kind = BearerError::Kind::missing, .reason = {}}, path),
          flow.server.insufficient_scope({}, {"orders:read"}, path)}) {
      CHECK(header(refused, "WWW-Authenticate")
                .contains(R"(resource_metadata="https://mcp.test/.well-known/oauth-protected-resource/sse")"));
    }
  }
}

TEST_CASE("authorization server metadata is the same document at each address a client tries") {
  Flow flow;
  const http::Response first = flow.get("/.well-known/oauth-authorization-server");
  for (std::string_view path : {"/.well-known/oauth-authorization-server/mcp", "/.well-known/openid-configuration",
                                "/.well-known/openid-configuration/mcp", "/mcp/.well-known/openid-configuration"})
    CHECK(flow.get(std::string{path}).body == first.body);
  CHECK(member(first, "issuer") == issuer);
  const auto document = json::parse(first.body);
  REQUIRE(document);
  struct Row {
    std::string_view name, value;
  };
  for (auto [name, value] :
       {Row{"code_challenge_methods_supported", R"(["S256"])"}, Row{"response_types_supported", R"(["code"])"},
        Row{"authorization_response_iss_parameter_supported", "true"},
        Row{"grant_types_supported", R"(["authorization_code","refresh_token"])"},
        Row{"token_endpoint_auth_methods_supported", R"(["none","client_secret_basic","client_secret_post"])"}}) {
    const json::Value* found = json::find(*document, name);
    REQUIRE(found);
    CHECK(json::serialize(*found) == value);
  }
}

TEST_CASE(
    "where another server issues the tokens, the resource names it, and offers nothing of an authorization server") {
  Settings settings = Flow::settings();
  settings.authorization_server = "https://clerk.example.test";
  Flow flow{settings};
  const http::Response resource = flow.get("/.well-known/oauth-protected-resource/mcp");
  CHECK(resource.body.contains(R"("authorization_servers":["https://clerk.example.test"])"));
  CHECK(member(resource, "resource") == "https://mcp.test/mcp");
  for (std::string_view path : {"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration",
                                "/authorize", "/token", "/register", "/revoke", "/connections"})
    CHECK_FALSE(flow.router.knows(path));
  CHECK(flow.use("pat_x") == 401);
}

TEST_CASE("every endpoint that the metadata names answers") {
  Flow flow;
  const http::Response metadata = flow.get("/.well-known/oauth-authorization-server");
  for (std::string_view name :
       {"authorization_endpoint", "token_endpoint", "registration_endpoint", "revocation_endpoint"}) {
    const std::string url = member(metadata, name);
    REQUIRE(url.starts_with(issuer));
    CHECK(flow.router.knows(url.substr(issuer.size())));
  }
}

}  // namespace postern::oauth
