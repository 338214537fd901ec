#include "postern/server/auth_mode.hpp"

#include <doctest/doctest.h>

#include <format>

#include "postern/testing/test_ports.hpp"

namespace postern::server {
namespace {

constexpr std::string_view issuer = "https://clerk.example.com";
const std::string metadata_url = "https://clerk.example.com/.well-known/oauth-authorization-server";

Settings settings_with(std::initializer_list<std::pair<std::string, std::string>> more) {
  Variables variables;
  variables.set("AUTH_MODE", "auto");
  variables.set("APP_URL", "https://app.example.com");
  variables.set("CLERK_PUBLISHABLE_KEY", "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k");  // clerk.md 1.1
  variables.set("CLERK_SECRET_KEY", "sk_live_abc");
  variables.set("POSTERN_SECRET", "0123456789abcdef0123456789abcdef");
  for (const auto& [name, value] : more) variables.set(name, value);
  return Settings::read(variables).value();
}
Settings with_client() {
  return settings_with({{"CLERK_OAUTH_CLIENT_ID", "client1"}, {"CLERK_OAUTH_CLIENT_SECRET", "hush"}});
}

// clerk.md 5.1, as far as it counts here.
std::string metadata(std::string_view more, std::string_view methods = R"(["S256"])", std::string_view iss = issuer) {
  return std::format(R"({{"issuer":"{}","code_challenge_methods_supported":{}{}}})", iss, methods, more);
}
const std::string registration = R"(,"registration_endpoint":"https://clerk.example.com/oauth/register")";
const std::string documents = R"(,"client_id_metadata_document_supported":true)";

}  // namespace

TEST_CASE("the mode follows from what is set and what Clerk offers") {
  const auto chosen = [](const Settings& settings, const std::string& text) {
    return choose_auth_mode(settings, text).value().mode;
  };
  CHECK(chosen(with_client(), metadata(registration)) == AuthMode::clerk_login);
  CHECK(chosen(with_client(), metadata("")) == AuthMode::clerk_login);
  CHECK(chosen(settings_with({}), metadata(registration)) == AuthMode::clerk);
  CHECK(chosen(settings_with({}), metadata(documents)) == AuthMode::clerk);
  CHECK(chosen(settings_with({}), metadata(R"(,"client_id_metadata_document_supported":false)")) == AuthMode::bridge);
  CHECK(chosen(settings_with({}), metadata(registration, R"(["plain"])")) == AuthMode::bridge);
  CHECK(chosen(settings_with({{"CLERK_JWT_TEMPLATE", "t"}}), metadata(registration)) == AuthMode::bridge);
}

TEST_CASE("what was set up is never given up for something else, and what cannot be read chooses nothing") {
  CHECK_FALSE(choose_auth_mode(with_client(), metadata(registration, R"(["plain"])")));
  CHECK_FALSE(choose_auth_mode(with_client(), metadata("", "7")));
  CHECK_FALSE(choose_auth_mode(settings_with({}), metadata("", R"(["S256"])", "https://other.example.com")));
  for (const std::string_view text : {"", "[]", "<html>", "{}"}) {
    const auto choice = choose_auth_mode(settings_with({}), text);
    REQUIRE_FALSE(choice);
    CHECK(choice.error().message.contains("AUTH_MODE=bridge, clerk-login or clerk"));
  }
}

TEST_CASE("it is settled once, and one line says what and why") {
  testing::TestPorts test;
  Settings settings = settings_with({});
  test.fetch.when(metadata_url).answer(200, metadata(documents));
  CHECK(run_ready(settle_auth_mode(settings, test.ports)));
  CHECK(settings.auth_mode == AuthMode::clerk);
  CHECK(settings.clerk_tokens == std::vector{clerk::TokenKind::oauth_token});
  CHECK(test.log.contains("mode=clerk"));
  CHECK(test.log.contains("good until they expire"));
  CHECK(run_ready(settle_auth_mode(settings, test.ports)));
  CHECK(test.fetch.count(metadata_url) == 1);
}

TEST_CASE("while Clerk does not answer there is no mode") {
  testing::TestPorts test;
  for (const int status : {404, 500, 302}) {
    Settings settings = with_client();
    test.fetch.when(metadata_url).answer(status, metadata(documents));
    CHECK(run_ready(settle_auth_mode(settings, test.ports)).error().kind == Error::Kind::unavailable);
    CHECK(settings.auth_mode == AuthMode::automatic);
  }
  Settings settings = with_client();
  test.fetch.when(metadata_url).fail(Error::Kind::unavailable);
  CHECK_FALSE(run_ready(settle_auth_mode(settings, test.ports)));
}

}  // namespace postern::server
