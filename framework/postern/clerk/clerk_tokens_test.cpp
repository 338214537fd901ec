#include "postern/clerk/clerk_tokens.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "postern/base/concat.hpp"
#include "postern/clerk/test_signer.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

const std::string jwks_url = "https://clerk.example.test/.well-known/jwks.json";
const std::string api_key_url = "https://api.clerk.test/api_keys/verify";
const std::string m2m_url = "https://api.clerk.test/m2m_tokens/verify";
const std::string oauth_url = "https://api.clerk.test/oauth_applications/access_tokens/verify";
const std::string user_url = "https://api.clerk.test/v1/users/user_1";
const std::string resource = "https://mcp.test/mcp";

constexpr std::string_view good_key =
    R"({"object":"api_key","id":"ak_1","subject":"user_1","scopes":["orders:read","admin:all"],)"
    R"("revoked":false,"expired":false,"expiration":null})";

constexpr std::string_view good_user = R"({"id":"user_1","banned":false,"locked":false})";
constexpr std::string_view banned_user = R"({"id":"user_1","banned":true,"locked":false})";

Task<void> verify_into(ClerkTokens& tokens, std::string token, std::optional<Result<Caller>>& out) {
  out = co_await tokens.verify(std::move(token));
}

struct Fixture {
  testing::TestPorts test;
  TestSigner clerk{"ins_1"};
  KeySet keys{jwks_url, test.ports};
  InstanceJwts jwts{std::nullopt, keys, test.ports};
  Backend backend{{.api_url = "https://api.clerk.test", .secret_key = SecretKey::parse("sk_test_x").value()},
                  test.ports};
  ClerkTokens tokens{{.accepted = {TokenKind::api_key, TokenKind::m2m_token, TokenKind::oauth_token},
                      .issuer = std::string{test_issuer},
                      .resources = {resource},
                      .machine_id = "mch_server",
                      .scopes = {{"orders:read", ""}, {"orders:write", "", {"orders:read"}}}},
                     jwts,
                     backend,
                     test.ports};

  Fixture() {
    test.fetch.when(jwks_url).answer(200, clerk.jwks());
    test.fetch.when(user_url).answer(200, std::string{good_user});
  }

  Result<Caller> verify(std::string token) {
    std::optional<Result<Caller>> out;
    Job job = Job::start(verify_into(tokens, std::move(token), out), [](const std::exception_ptr&) {});
    for (int i = 0; i < 200 && !out; ++i) test.clock.advance(200ms);
    REQUIRE(out);
    return *std::move(out);
  }
  // What waits until that token is refused; `refused` says when it is.
  Job watch(std::string token, bool& refused) {
    return Job::start(tokens.until_refused(std::move(token)), [&](const std::exception_ptr&) { refused = true; });
  }
  // As Clerk's OAuth server makes them (clerk.md 5.3).
  std::string access_token(const json::Object& claims = {}, const json::Object& header = {}) {
    json::Object all{{"azp", nullptr}, {"sid", nullptr},  {"sts", nullptr},          {"v", nullptr},
                     {"jti", "oat_1"}, {"aud", resource}, {"client_id", "client_1"}, {"scope", "orders:read email"}};
    for (const auto& [name, value] : claims) all[name] = value;
    json::Object typed{{"typ", "at+jwt"}, {"cat", nullptr}};
    for (const auto& [name, value] : header) typed[name] = value;
    return clerk.session_token(test.clock.now(), all, typed);
  }
};

using Kind = Error::Kind;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an API key speaks for its subject, with those of its scopes that mean something here") {
  test.fetch.when(http::Method::post, api_key_url).answer(200, std::string{good_key});
  const auto caller = verify("ak_secret");
  REQUIRE(caller);
  CHECK((*caller)->user_id == "user_1");
  CHECK((*caller)->session_id.empty());
  CHECK((*caller)->is_program);
  CHECK((*caller)->scopes == std::vector<std::string>{"orders:read"});
  CHECK((*caller)->permissions.empty());
  CHECK((*caller)->authorized_until == test.clock.now() + 10min);
  const FetchRequest& asked = test.fetch.requests().at(0);
  CHECK(asked.body == R"({"secret":"ak_secret"})");
  CHECK(*asked.headers.find_only("Authorization") == "Bearer sk_test_x");
  CHECK_FALSE(test.log.contains("ak_secret"));
}

TEST_CASE_FIXTURE(Fixture, "Clerk is asked about a token once in thirty seconds, and notices a revocation then") {
  test.fetch.when(http::Method::post, api_key_url).answer(200, std::string{good_key}).answer(404, "");
  for (int call = 0; call < 5; ++call) CHECK(verify("ak_secret"));
  CHECK(test.fetch.count(api_key_url) == 1);
  test.clock.advance(30s);
  CHECK(verify("ak_secret").error().kind == Kind::unauthorized);
  CHECK(verify("ak_secret").error().kind == Kind::unauthorized);
  CHECK(test.fetch.count(api_key_url) == 2);
}

TEST_CASE_FIXTURE(Fixture, "what a user brings is refused once the user is banned or deleted, and so is a JWT") {
  for (const auto& [status, body] : {std::pair{200, banned_user}, std::pair{404, std::string_view{}}}) {
    test.fetch.when(user_url).answer(status, std::string{body});
    test.fetch.when(http::Method::post, api_key_url).answer(200, std::string{good_key});
    CHECK(verify(concat("ak_of_", std::to_string(status))).error().kind == Kind::unauthorized);
    CHECK(verify(access_token({{"jti", concat("oat_", std::to_string(status))}})).error().kind == Kind::unauthorized);
  }
  test.fetch.when(user_url).answer(500, "");
  CHECK(verify(access_token()).error().kind == Kind::unavailable);
}

TEST_CASE_FIXTURE(Fixture, "of a JWT's user Clerk is asked once in ten minutes, and what is over by then is refused") {
  const auto token = [&](std::string_view id, std::int64_t seconds) {
    return access_token({{"jti", id}, {"exp", to_unix_seconds(test.clock.now()) + seconds}});
  };
  const std::string hour = token("oat_hour", 3600), minute = token("oat_minute", 60);
  for (int call = 0; call < 5; ++call) CHECK(verify(hour));
  CHECK(test.fetch.count(user_url) == 1);
  CHECK(verify(minute));
  test.clock.advance(1min);
  CHECK_FALSE(verify(minute));
  test.clock.advance(10min);
  test.fetch.when(user_url).answer(200, std::string{banned_user});
  CHECK_FALSE(verify(hour));
}

TEST_CASE_FIXTURE(Fixture, "what goes on after a token was taken ends when it is revoked, or has expired") {
  test.fetch.when(http::Method::post, api_key_url).answer(200, std::string{good_key}).answer(503, "").answer(404, "");
  bool revoked = false, expired = false;
  const Job key = watch("ak_secret", revoked), jwt = watch(access_token(), expired);
  test.clock.advance(30s);
  CHECK_FALSE(revoked);  // Clerk does not answer
  for (int i = 0; i < 200 && !revoked; ++i) test.clock.advance(200ms);
  CHECK(revoked);
  CHECK(test.fetch.count(api_key_url) == 3);
  test.clock.advance(60s);
  CHECK(expired);
}

TEST_CASE_FIXTURE(Fixture, "it ends at once when the subject is doubted, and Clerk does not stand by it") {
  bool refused = false;
  const Job job = watch(access_token(), refused);
  run_ready(tokens.doubt("user_2"));
  run_ready(tokens.doubt("user_1"));
  CHECK_FALSE(refused);
  CHECK(test.fetch.count(user_url) == 2);
  test.fetch.when(user_url).answer(200, std::string{banned_user});
  run_ready(tokens.doubt("user_1"));
  CHECK(refused);
}

TEST_CASE_FIXTURE(Fixture, "an answer that was on its way when the doubt came is believed once, and asked for again") {
  test.fetch.when(user_url).hold().answer(200, std::string{good_user}).answer(200, std::string{banned_user});
  const std::string token = access_token();
  std::optional<Result<Caller>> out;
  const Job job = Job::start(verify_into(tokens, token, out), [](const std::exception_ptr&) {});
  run_ready(tokens.doubt("user_1"));
  test.fetch.release(user_url);
  REQUIRE(out);
  CHECK(*out);
  CHECK_FALSE(verify(token));
}

TEST_CASE_FIXTURE(Fixture, "many calls at once with one token are one question") {
  test.fetch.when(http::Method::post, api_key_url).hold().answer(200, std::string{good_key});
  std::vector<std::optional<Result<Caller>>> out(20);
  std::vector<Job> jobs;
  for (auto& each : out)
    jobs.push_back(Job::start(verify_into(tokens, "ak_secret", each), [](const std::exception_ptr&) {}));
  test.fetch.release(api_key_url);
  for (const auto& each : out) CHECK((each && each->has_value()));
  CHECK(test.fetch.count(api_key_url) == 1);
}

TEST_CASE_FIXTURE(Fixture, "while Clerk cannot be asked nobody is let in, and nobody is turned away for good") {
  test.fetch.when(http::Method::post, api_key_url)
      .answer(503, "")
      .answer(503, "")
      .answer(503, "")
      .answer(200, std::string{good_key});
  CHECK(verify("ak_secret").error().kind == Kind::unavailable);
  test.clock.advance(1s);
  CHECK(verify("ak_secret"));
}

TEST_CASE_FIXTURE(Fixture, "a machine token must be for this machine (threat 19)") {
  const auto body = [](std::string_view machine) {
    return concat(R"({"object":"machine_to_machine_token","id":"mt_1","subject":"mch_caller","claims":)"
                  R"({"scope":"orders:read"},"scopes":[")",
                  machine, R"("],"revoked":false,"expired":false,"expiration":null})");
  };
  test.fetch.when(http::Method::post, m2m_url).answer(200, body("mch_server")).answer(200, body("mch_other"));
  const auto caller = verify("mt_for_us");
  REQUIRE(caller);
  CHECK((*caller)->user_id == "mch_caller");
  CHECK((*caller)->scopes == std::vector<std::string>{"orders:read"});
  CHECK(verify("mt_for_another").error().kind == Kind::unauthorized);
  CHECK(test.fetch.requests().at(0).body == R"({"token":"mt_for_us"})");

  const json::Object none{{"azp", nullptr}, {"sid", nullptr}, {"sts", nullptr}, {"v", nullptr}};
  const auto jwt = [&](std::string_view scopes) {
    json::Object claims = none;
    claims["sub"] = "mch_caller";
    claims["jti"] = "mt_2";
    claims["scopes"] = scopes;
    claims["scope"] = "orders:write";
    return clerk.session_token(test.clock.now(), claims, {{"cat", "cl_B7d4PD333AAA"}});
  };
  CHECK(verify(jwt("mch_other mch_server")).value()->scopes == std::vector<std::string>{"orders:write", "orders:read"});
  CHECK(verify(jwt("mch_other")).error().kind == Kind::unauthorized);
}

TEST_CASE_FIXTURE(Fixture, "an access token of Clerk's is verified here: type, issuer, audience and time (RFC 9068)") {
  const auto caller = verify(access_token());
  REQUIRE(caller);
  CHECK((*caller)->user_id == "user_1");
  CHECK((*caller)->client_id == "client_1");
  CHECK((*caller)->grant_id == "oat_1");
  CHECK_FALSE((*caller)->is_program);
  CHECK((*caller)->scopes == std::vector<std::string>{"orders:read"});
  CHECK((*caller)->authorized_until == test.clock.now() + 60s);
  CHECK(verify(access_token({{"aud", json::Array{"https://other.test", resource}}})));
  CHECK(verify(access_token({{"scope", nullptr}, {"scp", json::Array{"orders:write"}}})).value()->scopes ==
        std::vector<std::string>{"orders:write", "orders:read"});  // who may write may read
  for (const json::Object& claims :
       {json::Object{{"aud", nullptr}}, json::Object{{"aud", "https://mcp.test"}},
        json::Object{{"aud", resource + "/"}}, json::Object{{"aud", "https://other.test/mcp"}},
        json::Object{{"iss", "https://evil.test"}}, json::Object{{"sub", "mch_1"}}, json::Object{{"sub", nullptr}},
        json::Object{{"client_id", nullptr}}, json::Object{{"jti", nullptr}}, json::Object{{"exp", nullptr}},
        json::Object{{"scope", 7}}, json::Object{{"scope", json::Array{"orders:read"}}},
        json::Object{{"scp", "orders:read"}}, json::Object{{"exp", to_unix_seconds(test.clock.now()) - 61}},
        json::Object{{"act", json::Object{}}}, json::Object{{"act", "user_staff"}}}) {
    CAPTURE(json::serialize(claims));
    CHECK(verify(access_token(claims)).error().kind == Kind::unauthorized);
  }
  // A session token, signed by the same key and with the right audience (security.md, finding 6).
  CHECK_FALSE(tokens.takes(clerk.session_token(test.clock.now(), {{"aud", resource}})));
  CHECK(verify(access_token({}, {{"typ", "JWT"}})).error().kind == Kind::unauthorized);
  const TestSigner forger{"ins_1"};
  CHECK_FALSE(verify(forger.session_token(test.clock.now(), {{"aud", resource}}, {{"typ", "at+jwt"}})));
}

TEST_CASE_FIXTURE(Fixture, "an opaque access token is good for this resource only, and not once it is revoked") {
  const auto body = [](std::string_view aud, std::string_view revoked) {
    return concat(R"({"object":"clerk_idp_oauth_access_token","id":"oat_1","client_id":"c","subject":"user_1",)"
                  R"("scopes":["orders:read"],"expired":false,"expiration":null,"revoked":)",
                  revoked, R"(,"aud":)", aud, "}");
  };
  const std::string ours = R"(["https://mcp.test/mcp"])";
  test.fetch.when(http::Method::post, oauth_url)
      .answer(200, body(ours, "false"))
      .answer(200, body(ours, "true"))
      .answer(200, body("null", "false"))
      .answer(200, body(R"(["https://mcp.test"])", "false"))
      .answer(200, R"({"active":false})");
  CHECK(verify("oat_a"));
  for (std::string_view token : {"oat_b", "oat_c", "oat_d", "oat_e"})
    CHECK(verify(std::string{token}).error().kind == Kind::unauthorized);
}

TEST_CASE_FIXTURE(Fixture, "only the kinds that the operator chose are taken, and nothing endless is asked about") {
  ClerkTokens none{{}, jwts, backend, test.ports};
  CHECK_FALSE(none.takes("ak_secret"));
  CHECK_FALSE(run_ready(none.verify("ak_secret")));
  CHECK(verify("ak_" + std::string(300, 'x')).error().kind == Kind::unauthorized);
  CHECK(test.fetch.requests().empty());
}

}  // namespace postern::clerk
