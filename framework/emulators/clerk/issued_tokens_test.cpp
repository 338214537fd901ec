#include <doctest/doctest.h>

#include "emulators/clerk/test_emulator.hpp"

namespace postern::emulator {
namespace {

using namespace std::chrono_literals;

bool flag(const Reply& reply, std::string_view name) { return reply.object().at(name).as_bool(); }

}  // namespace

TEST_CASE("an API key verifies by its secret, says when it is over, and shows the secret once") {
  TestEmulator clerk;
  const Reply made =
      clerk.post("/api_keys", R"({"name":"ci","subject":"user_AdaLovelace0000000000000001","scopes":["orders:read"],
                      "seconds_until_expiration":60})");
  REQUIRE(made.status == 200);
  const std::string body = R"({"secret":")" + text_of(made.object().at("secret")) + R"("})";
  for (const std::string_view prefix : {"", "/v1"}) {
    const Reply verified = clerk.post(std::string{prefix} + "/api_keys/verify", body);
    CHECK(text_of(verified.object().at("subject")) == ada);
    CHECK_FALSE(flag(verified, "revoked"));
    CHECK_FALSE(flag(verified, "expired"));
    CHECK_FALSE(verified.object().contains("secret"));
  }
  clerk.clock.advance(61s);
  CHECK(flag(clerk.post("/api_keys/verify", body), "expired"));
  CHECK(clerk.post("/api_keys/" + text_of(made.object().at("id")) + "/revoke").status == 200);
  CHECK(flag(clerk.post("/api_keys/verify", body), "revoked"));
  CHECK(clerk.post("/api_keys/verify", R"({"secret":"ak_unknown"})").status == 404);
  CHECK(clerk.post("/api_keys", R"({"name":"x","subject":"user_nobody"})").status == 422);
}

TEST_CASE("a machine makes tokens with its own key, and verifies those that are for it") {
  TestEmulator clerk;
  const auto as = [&](std::string_view key) { clerk.headers.set("Authorization", "Bearer " + std::string{key}); };
  CHECK(clerk.post("/m2m_tokens", "{}").status == 401);  // the instance is no machine
  as("ak_offline_machine_caller");
  const Reply made = clerk.post("/m2m_tokens", R"({"claims":{"scope":"orders:read"}})");
  REQUIRE(made.status == 200);
  const std::string body = R"({"token":")" + text_of(made.object().at("token")) + R"("})";
  CHECK(clerk.post("/m2m_tokens/verify", body).status == 404);  // it is not for the one who made it
  as("ak_offline_machine_server");
  CHECK(text_of(clerk.post("/m2m_tokens/verify", body).object().at("subject")).starts_with("mch_Caller"));
  as("sk_test_postern_offline_clerk");
  CHECK(clerk.post("/m2m_tokens/verify", body).status == 200);
  as("ak_of_nobody");
  CHECK(clerk.post("/m2m_tokens/verify", body).status == 401);
}

TEST_CASE("an OAuth access token is issued by a lever, as a JWT or opaque") {
  TestEmulator clerk;
  const std::string user = R"("user_id":"user_AdaLovelace0000000000000001","scopes":["orders:read"])";
  const Reply jwt = clerk.post("/__emulator/oauth_tokens", "{" + user + R"(,"audience":["https://mcp.test/mcp"]})");
  const std::string token = text_of(jwt.object().at("access_token"));
  CHECK(text_of(part_of(token, 0).at("typ")) == "at+jwt");
  CHECK(text_of(part_of(token, 1).at("aud")) == "https://mcp.test/mcp");
  const Reply opaque =
      clerk.post("/__emulator/oauth_tokens", "{" + user + R"(,"format":"opaque","lifetime_seconds":60})");
  const auto verify = [&](const Reply& issued) {
    return clerk.post("/oauth_applications/access_tokens/verify",
                      R"({"access_token":")" + text_of(issued.object().at("access_token")) + R"("})");
  };
  CHECK(text_of(verify(opaque).object().at("object")) == "clerk_idp_oauth_access_token");
  clerk.clock.advance(2min);
  CHECK(flag(verify(opaque), "expired"));
  clerk.clock.advance(24h);
  CHECK_FALSE(flag(verify(jwt), "active"));
}

}  // namespace postern::emulator
