#include "postern/server/settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace postern::server {
namespace {

constexpr std::string_view good_file =
    "# development\n"
    "CLERK_PUBLISHABLE_KEY=pk_test_MTI3LjAuMC4xOjQwMTAk\n"
    "CLERK_SECRET_KEY=\"sk_test_abc\"\n"
    "\n"
    "APP_URL = 'https://app.example.com/'\r\n"
    "POSTERN_SECRET=0123456789abcdef0123456789abcdef\n";

Variables good() { return Variables::parse(good_file).value(); }

}  // namespace

TEST_CASE("a complete file gives settings, with defaults for the rest") {
  const auto settings = Settings::read(good());
  REQUIRE(settings);
  CHECK(settings->server_url == "http://localhost:8788");
  CHECK(settings->mcp_url() == "http://localhost:8788/mcp");
  CHECK(settings->app_url.origin() == "https://app.example.com");
  CHECK(settings->clerk_secret_key.secret() == "sk_test_abc");
  CHECK(settings->clerk_api_url == "https://api.clerk.com");
  CHECK(settings->bridge_query_token == clerk::QueryToken::refuse);
}

TEST_CASE("Clerk's own tokens are taken where they are asked for, and only there") {
  Variables variables = good();
  CHECK(Settings::read(variables)->clerk_tokens.empty());
  variables.set("CLERK_TOKENS", "api_key, m2m_token");
  REQUIRE_FALSE(Settings::read(variables));
  CHECK(Settings::read(variables).error().front().starts_with("CLERK_MACHINE_ID"));
  variables.set("CLERK_MACHINE_ID", "mch_1");
  CHECK(Settings::read(variables)->clerk_tokens == std::vector{clerk::TokenKind::api_key, clerk::TokenKind::m2m_token});
  CHECK(Settings::read(variables)->auth_mode == AuthMode::bridge);
  variables.set("AUTH_MODE", "clerk");
  CHECK(Settings::read(variables)->auth_mode == AuthMode::clerk);
  CHECK(Settings::read(variables)->clerk_tokens.back() == clerk::TokenKind::oauth_token);
}

TEST_CASE("clerk-login needs its OAuth application, and says what it must be like") {
  Variables variables = good();
  variables.set("AUTH_MODE", "clerk-login");
  variables.set("SERVER_URL", "https://mcp.example.com");
  const auto missing = Settings::read(variables);
  REQUIRE_FALSE(missing);
  REQUIRE(missing.error().size() == 2);
  CHECK(missing.error().at(0).starts_with("CLERK_OAUTH_CLIENT_ID is missing: write CLERK_OAUTH_CLIENT_ID="));
  CHECK(missing.error().at(0).contains("https://mcp.example.com/callback"));
  CHECK(missing.error().at(1).starts_with("CLERK_OAUTH_CLIENT_SECRET is missing"));
  variables.set("CLERK_OAUTH_CLIENT_ID", "client1");
  CHECK(Settings::read(variables).error().size() == 1);
  variables.set("AUTH_MODE", "bridge");
  CHECK(Settings::read(variables).error().size() == 1);  // half of it is a mistake in any mode
  variables.set("AUTH_MODE", "clerk-login");
  variables.set("CLERK_OAUTH_CLIENT_SECRET", "hush");
  const auto settings = Settings::read(variables);
  REQUIRE(settings);
  CHECK(settings->auth_mode == AuthMode::clerk_login);
  CHECK(settings->clerk_oauth_client_secret == "hush");
  CHECK(settings->clerk_tokens.empty());
}

TEST_CASE("the port moves the default address") {
  Variables variables = good();
  variables.set("PORT", "9000");
  CHECK(Settings::read(variables)->server_url == "http://localhost:9000");
}

TEST_CASE("with nothing set, every missing value is named, and where to write it") {
  const auto settings = Settings::read(Variables{});
  REQUIRE_FALSE(settings);
  for (std::string_view name : {"APP_URL", "CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY", "POSTERN_SECRET"}) {
    CAPTURE(name);
    CHECK(std::ranges::any_of(settings.error(), [&](const std::string& problem) {
      return problem.starts_with(name) && problem.contains("app/.dev.vars");
    }));
  }
}

TEST_CASE("a wrong value is refused with the sentence that mends it") {
  struct Row {
    std::string_view name, value, says;
  };
  for (auto [name, value, says] : {
           Row{"APP_URL", "app.example.com", "address without a path"},
           {"APP_URL", "https://app.example.com/app", "address without a path"},
           {"APP_URL", "http://app.example.com", "https://"},
           {"APP_URL", "https://user:pw@app.example.com", "address without a path"},
           {"SERVER_URL", "ftp://x.example.com", "address without a path"},
           {"CLIENT_ADDRESS", "X-Real-IP: 1", "name of a header"},
           {"RATE_LIMITS", "100", "one of on, off"},
           {"AUDIT_DAYS", "forever", "0 to 3650"},
           {"CLERK_TOKENS", "api_key,session_token", "it may list api_key and m2m_token"},
           {"CLERK_SECRET_KEY", "pk_test_abc", "sk_"},
           {"CLERK_SECRET_KEY", "hello", "sk_"},
           {"CLERK_SECRET_KEY", "sk_live_abc", "different instances"},
           {"CLERK_PUBLISHABLE_KEY", "pk_test_bm9kb3Q=", "Clerk dashboard"},
           {"CLERK_JWT_KEY", "-----BEGIN PUBLIC KEY-----", "one line"},
           {"CLERK_JWT_KEY", "sk_test_abc", "RSA public key in PEM"},
           {"CLERK_WEBHOOK_SECRET", "whsec_short", "under Webhooks"},
           {"POSTERN_SECRET", "short", "too short"},
           {"POSTERN_SECRET_PREVIOUS", "short", "too short"},
           {"POSTERN_SECRET_PREVIOUS", "0123456789abcdef0123456789abcdef", "the same"},
           {"AUTH_MODE", "password", "one of bridge, clerk-login, clerk, auto"},
           {"BRIDGE_QUERY_TOKEN", "maybe", "one of refuse, accept"},
           {"CLIENT_METADATA_DOCUMENTS", "perhaps", "one of on, off"},
           {"OAUTH_CLIENTS", "{}", "JSON array"},
           {"OAUTH_CLIENTS", R"([{"client_id":"a"}])", "the client a"},
           {"PORT", "70000", "from 1 to 65535"},
           {"PORT", "80x", "from 1 to 65535"},
           {"ALLOWED_ORIGINS", "https://a.example.com, nonsense", "address without a path"},
       }) {
    CAPTURE(name);
    CAPTURE(value);
    Variables variables = good();
    variables.set(std::string{name}, std::string{value});
    const auto settings = Settings::read(variables);
    REQUIRE_FALSE(settings);
    CHECK(std::ranges::any_of(settings.error(), [&](const std::string& problem) {
      return problem.starts_with(name) && problem.contains(says);
    }));
  }
}

TEST_CASE("no problem repeats a secret") {
  Variables variables = good();
  variables.set("CLERK_SECRET_KEY", "canary-secret");
  variables.set("POSTERN_SECRET", "canary");
  variables.set("POSTERN_SECRET_PREVIOUS", "canary");
  const auto settings = Settings::read(variables);
  REQUIRE_FALSE(settings);
  for (const std::string& problem : settings.error()) CHECK_FALSE(problem.contains("canary"));
}

TEST_CASE("a line that is not NAME=value is named by its number") {
  CHECK(Variables::parse("A=1\n\nnonsense\n").error().message == "line 3 is not NAME=value");
  CHECK(Variables::parse("=x").error().message == "line 1 is not NAME=value");
}

}  // namespace postern::server
