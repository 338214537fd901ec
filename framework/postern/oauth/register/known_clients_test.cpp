#include "postern/oauth/register/known_clients.hpp"

#include <doctest/doctest.h>

#include "postern/base/encoding.hpp"
#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {
namespace {

// printf 'a secret of the office' | sha256sum
constexpr std::string_view office = R"([
  {"client_id":"office","client_name":"Back Office","redirect_uris":["https://assistant.test/cb"],
   "client_secret_sha256":"ddd3ecdc18d785bbda13916d3d5922260b7e1d740c33ba768d74206b9660701b"},
  {"client_id":"kiosk","redirect_uris":["https://assistant.test/cb"]}])";
constexpr std::string_view office_secret = "a secret of the office";

Settings settings_with(std::string_view clients) {
  Settings settings = Flow::settings();
  auto parsed = parse_known_clients(clients);
  REQUIRE(parsed);
  settings.known_clients = *std::move(parsed);
  settings.dynamic_registration = DynamicRegistration::off;
  settings.client_metadata_documents = ClientMetadataDocuments::off;
  return settings;
}

}  // namespace

TEST_CASE("clients that the operator knows connect where nobody else may") {
  Flow flow{settings_with(office)};
  CHECK(flow.redeem("kiosk", flow.code_for("kiosk")).status == 200);

  const std::string code = flow.code_for("office");
  CHECK(flow.redeem("office", code).status == 401);
  uri::Form in_body = Flow::redemption("office", code);
  in_body.add("client_secret", "another");
  CHECK(flow.send(Flow::token_request(in_body)).status == 401);
  http::Request in_header = Flow::token_request(Flow::redemption("office", code));
  in_header.headers.set("Authorization", "Basic " + base64_encode("office:" + std::string{office_secret}));
  const http::Response tokens = flow.send(in_header);
  REQUIRE(tokens.status == 200);
  uri::Form refresh = Flow::refreshment("office", member(tokens, "refresh_token"));
  refresh.add("client_secret", office_secret);
  CHECK(flow.send(Flow::token_request(refresh)).status == 200);

  CHECK(flow.post_registration(R"({"redirect_uris":["https://assistant.test/cb"]})").status == 404);
  CHECK(flow.get(Flow::authorize_target("https://assistant.test/client.json")).status == 400);
  CHECK(flow.get(Flow::authorize_target("office", {{"redirect_uri", "https://assistant.test/other"}})).status == 400);
  for (const auto& [key, entry] : flow.host.store.records()) CHECK_FALSE(key.starts_with("client/"));
}

TEST_CASE("a description that is wrong says which client it is, and what about it") {
  struct Row {
    std::string_view text, says;
  };
  for (auto [text, says] : {
           Row{"", "JSON array"},
           Row{"{}", "JSON array"},
           Row{"[1]", "JSON object"},
           Row{"[{}]", "client_id"},
           Row{R"([{"client_id":"https://a.test/c"}])", "client_id"},
           Row{R"([{"client_id":"a/b"}])", "client_id"},
           Row{R"([{"client_id":"a"}])", "the client a: redirect_uris"},
           Row{R"([{"client_id":"a","redirect_uris":["http://a.test/"]}])", "the client a: Each of redirect_uris"},
           Row{R"([{"client_id":"a","redirect_uris":["https://a.test/"],"client_secret":"canary"}])", "no place here"},
           Row{R"([{"client_id":"a","redirect_uris":["https://a.test/"],"client_secret_sha256":"canary"}])", "64 hex"},
           Row{R"([{"client_id":"a","redirect_uris":["https://a.test/"],"client_secret_sha256":7}])", "64 hex"},
           Row{R"([{"client_id":"a","redirect_uris":["https://a.test/"],
                    "token_endpoint_auth_method":"client_secret_post"}])",
               "exactly if"},
           Row{R"([{"client_id":"a","redirect_uris":["https://a.test/"],"token_endpoint_auth_method":"none",
                    "client_secret_sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}])",
               "exactly if"},
           Row{R"([{"client_id":"a","redirect_uris":["https://a.test/"]},
                   {"client_id":"a","redirect_uris":["https://a.test/"]}])",
               "twice"},
       }) {
    CAPTURE(text);
    const auto clients = parse_known_clients(text);
    REQUIRE_FALSE(clients);
    CHECK(clients.error().message.contains(says));
    CHECK_FALSE(clients.error().message.contains("canary"));
  }
  CHECK(parse_known_clients("[]")->empty());
}

}  // namespace postern::oauth
