#include <doctest/doctest.h>

#include "postern/json/value.hpp"
#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {

using namespace std::chrono_literals;

TEST_CASE("a public client registered again is the same client, in one record") {
  Flow flow;
  const std::string first = flow.register_public();
  for (int i = 0; i < 100; ++i) CHECK(flow.register_public() == first);
  CHECK(flow.host.store.records().size() == 1);
  CHECK(flow.register_public("Other") != first);
}

TEST_CASE("a confidential client gets a secret of its own each time, kept as a hash only") {
  Flow flow;
  const std::string_view body = R"({"redirect_uris":["https://assistant.test/cb"]})";
  const http::Response one = flow.post_registration(std::string{body});
  const http::Response two = flow.post_registration(std::string{body});
  CHECK(one.status == 201);
  CHECK(header(one, "Cache-Control") == "no-store");
  CHECK(member(one, "token_endpoint_auth_method") == "client_secret_basic");
  CHECK(member(one, "client_id") != member(two, "client_id"));
  CHECK(member(one, "client_secret").size() == 43);
  for (const auto& [key, entry] : flow.host.store.records())
    CHECK_FALSE(entry.value.contains(member(one, "client_secret")));
}

TEST_CASE("the answer says what was registered, and no more") {
  Flow flow;
  const http::Response response = flow.post_registration(
      R"({"redirect_uris":["cursor://anysphere.cursor-mcp/oauth/callback"],"token_endpoint_auth_method":"none",
          "grant_types":["authorization_code","refresh_token","implicit"],"response_types":["code"],
          "logo_uri":"http://169.254.169.254/","jwks_uri":"http://127.0.0.1/","scope":"a b","software_id":"x"})");
  CHECK(response.status == 201);
  const auto body = json::parse(response.body);
  REQUIRE(body);
  CHECK(json::find(*body, "logo_uri") == nullptr);
  CHECK(json::find(*body, "client_secret") == nullptr);
  CHECK(json::serialize(*json::find(*body, "grant_types")) == R"(["authorization_code","refresh_token"])");
  CHECK(flow.host.fetch.requests().empty());
}

TEST_CASE("what cannot be registered is refused with the code of RFC 7591") {
  Flow flow;
  std::string eleven;
  for (int i = 0; i < 11; ++i)
    eleven += (i ? R"(,"https://a.test/)" : R"("https://a.test/)") + std::to_string(i) + "\"";
  const std::string long_uri = "https://a.test/" + std::string(2048, 'x');
  const std::string uris = R"("redirect_uris":["https://a.test/cb"])";
  struct Row {
    std::string body, error;
  };
  for (const Row& row : {
           Row{"", "invalid_client_metadata"},
           Row{"[]", "invalid_client_metadata"},
           Row{"{" + uris + "," + uris + "}", "invalid_client_metadata"},
           Row{"{}", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":[]})", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":"https://a.test/cb"})", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":[7]})", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":["http://a.test/cb"]})", "invalid_redirect_uri"},
           Row{R"j({"redirect_uris":["javascript:alert(1)"]})j", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":["https://a.test/cb#x"]})", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":["https://u:p@a.test/cb"]})", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":["https://a.test/cb","data:text/html,x"]})", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":[)" + eleven + "]}", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":[")" + long_uri + "\"]}", "invalid_redirect_uri"},
           Row{"{" + uris + R"(,"client_name":7})", "invalid_client_metadata"},
           Row{"{" + uris + R"(,"client_name":")" + std::string(129, 'x') + "\"}", "invalid_client_metadata"},
           Row{"{" + uris + R"(,"client_name":"a\nb"})", "invalid_client_metadata"},
           Row{"{" + uris + R"(,"token_endpoint_auth_method":"private_key_jwt"})", "invalid_client_metadata"},
           Row{"{" + uris + R"(,"grant_types":["client_credentials"]})", "invalid_client_metadata"},
           Row{"{" + uris + R"(,"response_types":["token"]})", "invalid_client_metadata"},
       }) {
    CAPTURE(row.body);
    const http::Response response = flow.post_registration(row.body);
    CHECK(response.status == 400);
    CHECK(member(response, "error") == row.error);
  }
  CHECK(flow.post_registration(std::string(16 * 1024 + 1, ' ')).status == 413);
  CHECK(flow.host.store.records().empty());
}

TEST_CASE("an unused registration lasts a day, a used one 90 days from its last use") {
  Flow flow;
  const std::string client = flow.register_public();
  flow.host.clock.advance(23h);
  CHECK(flow.register_public() == client);  // asked for again: a day from now
  flow.host.clock.advance(23h);
  const std::string token = member(flow.redeem(client, flow.code_for(client)), "refresh_token");
  CHECK(flow.register_public() == client);  // and this does not shorten it
  flow.host.clock.advance(24h * 29);
  CHECK(flow.refresh(client, token).status == 200);
  flow.host.clock.advance(24h * 89);
  CHECK(flow.get(Flow::authorize_target(client)).status == 200);
  flow.host.clock.advance(24h * 1);
  CHECK(flow.get(Flow::authorize_target(client)).status == 400);
}

TEST_CASE("who asks for a token with nothing good to show makes no registration live longer (threat 31)") {
  Flow flow;
  const std::string client = flow.register_public(), other = flow.register_public("Another");
  const std::string code = flow.code_for(other);
  for (const std::string& bad : {std::string{"x.y"}, std::string{}, code})
    CHECK(flow.redeem(client, bad).status == 400);
  CHECK(flow.refresh(client, "x.y").status == 400);
  CHECK(flow.refresh(client, member(flow.redeem(other, code), "refresh_token")).status == 400);
  flow.host.clock.advance(24h);
  CHECK(flow.get(Flow::authorize_target(client)).status == 400);
  CHECK(flow.get(Flow::authorize_target(other)).status == 200);
}

TEST_CASE("a client is read from the store once in a while, not at each step of a flow") {
  Flow flow;
  const std::string client = flow.register_public();
  CHECK(flow.get(Flow::authorize_target(client)).status == 200);
  REQUIRE(run_ready(flow.store.remove("client/" + client)));
  flow.host.clock.advance(4min);
  CHECK(flow.get(Flow::authorize_target(client)).status == 200);
  flow.host.clock.advance(1min);
  CHECK(flow.get(Flow::authorize_target(client)).status == 400);
}

}  // namespace postern::oauth
