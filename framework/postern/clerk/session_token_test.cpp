#include "postern/clerk/session_token.hpp"

#include <doctest/doctest.h>

#include "postern/clerk/permissions.hpp"
#include "postern/clerk/test_signer.hpp"
#include "postern/jose/rsa.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::clerk {
namespace {

constexpr std::string_view jwks_url = "https://clerk.example.test/.well-known/jwks.json";

struct Fixture {
  testing::TestPorts test;
  TestSigner clerk{"ins_1"};
  KeySet keys{std::string{jwks_url}, test.ports};
  SessionTokenVerifier verifier{
      {.issuer = std::string{test_issuer}, .authorized_parties = {std::string{test_app}}}, keys, test.ports};

  Fixture() { test.fetch.when(std::string{jwks_url}).answer(200, clerk.jwks()); }
  Result<SessionClaims> judge(const json::Object& claims, const json::Object& header = {}) {
    return run_ready(verifier.verify(clerk.session_token(test.clock.now(), claims, header)));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a session token gives user, session and times") {
  const auto claims = judge({});
  REQUIRE(claims);
  CHECK(claims->user_id == "user_1");
  CHECK(claims->session_id == "sess_1");
  CHECK(claims->authorized_party == test_app);
  CHECK(claims->expires_at - claims->issued_at == std::chrono::seconds{60});
  CHECK_FALSE(claims->organization);
  CHECK(claims->actor.empty());
}

TEST_CASE_FIXTURE(Fixture, "with a key of its own it fetches none, and takes no other, whatever the kid says") {
  const TestSigner other{"ins_1"};
  SessionTokenVerifier fixed{{.issuer = std::string{test_issuer},
                              .authorized_parties = {std::string{test_app}},
                              .key = jose::parse_rsa_public_key_pem(clerk.public_pem()).value()},
                             keys,
                             test.ports};
  const TimePoint now = test.clock.now();
  CHECK(run_ready(fixed.verify(clerk.session_token(now))));
  CHECK(run_ready(fixed.verify(clerk.session_token(now, {}, {{"kid", "ins_2"}}))));
  CHECK_FALSE(run_ready(fixed.verify(other.session_token(now))));
  CHECK(test.fetch.requests().empty());
}

TEST_CASE_FIXTURE(Fixture, "what the header and the claims must be: the matrix of clerk.md 2.4 and 2.5") {
  const std::int64_t now = to_unix_seconds(test.clock.now());
  struct Row {
    std::string_view name;
    json::Object claims;
    json::Object header;
    std::string_view reason;  // empty: accepted
  };
  const Row rows[] = {
      {"no typ", {}, {{"typ", nullptr}}, ""},
      {"no category, as older tokens", {}, {{"cat", nullptr}}, ""},
      {"the category that says nothing", {}, {{"cat", "cl_I7d4PD111III"}}, ""},
      {"unknown header members", {}, {{"oiat", 1}}, ""},
      {"no status", {{"sts", nullptr}}, {}, ""},
      {"no nbf", {{"nbf", nullptr}}, {}, ""},
      {"expired for 4 s", {{"exp", now - 4}}, {}, ""},
      {"expired for 6 s", {{"exp", now - 6}}, {}, "expired"},
      {"valid in 4 s", {{"nbf", now + 4}}, {}, ""},
      {"valid in 6 s", {{"nbf", now + 6}}, {}, "not_yet_valid"},
      {"issued in 6 s", {{"iat", now + 6}}, {}, "issued_in_future"},
      {"no exp", {{"exp", nullptr}}, {}, "missing_claim"},
      {"no iat", {{"iat", nullptr}}, {}, "missing_claim"},
      {"exp as text", {{"exp", "9999999999"}}, {}, "malformed_claim"},
      {"a life of ten minutes", {{"exp", now + 600}}, {}, ""},
      {"a longer life: a template token", {{"exp", now + 601}}, {}, "lifetime_too_long"},
      {"another issuer", {{"iss", "https://clerk.evil.test"}}, {}, "wrong_issuer"},
      {"a slash after the issuer", {{"iss", "https://clerk.example.test/"}}, {}, "wrong_issuer"},
      {"no issuer", {{"iss", nullptr}}, {}, "missing_claim"},
      {"another front end", {{"azp", "https://other.example.test"}}, {}, "wrong_authorized_party"},
      {"a slash after the front end", {{"azp", "https://app.example.test/"}}, {}, "wrong_authorized_party"},
      {"no front end", {{"azp", nullptr}}, {}, "wrong_authorized_party"},
      {"no subject", {{"sub", nullptr}}, {}, "not_a_user"},
      {"a machine", {{"sub", "mch_1"}}, {}, "not_a_user"},
      {"no session", {{"sid", nullptr}}, {}, "not_a_session"},
      {"a session id of another kind", {{"sid", "client_1"}}, {}, "not_a_session"},
      {"a session id that is no text", {{"sid", 7}}, {}, "malformed_claims"},
      {"an unknown version", {{"v", 3}}, {}, "malformed_claims"},
      {"a version that is text", {{"v", "2"}}, {}, "malformed_claims"},
      {"an organization that is text", {{"o", "org_1"}}, {}, "malformed_claims"},
      {"an organization without id", {{"o", json::Object{}}}, {}, "malformed_claims"},
      {"an actor without subject", {{"act", json::Object{}}}, {}, "malformed_claims"},
      {"an actor whose subject is too long",
       {{"act", json::Object{{"sub", std::string(257, 'x')}}}},
       {},
       "malformed_claims"},
      {"a template token", {}, {{"cat", "cl_B7d4PD222AAA"}}, "wrong_category"},
      {"a machine token", {}, {{"cat", "cl_B7d4PD333AAA"}}, "wrong_category"},
      {"an unknown category", {}, {{"cat", "cl_1"}}, "wrong_category"},
      {"an OAuth access token", {}, {{"typ", "at+jwt"}}, "wrong_type"},
      {"the same, spelt out", {}, {{"typ", "application/at+jwt"}}, "wrong_type"},
      {"a template token that shows no category",
       {{"sid", nullptr}, {"v", nullptr}},
       {{"cat", nullptr}},
       "not_a_session"},
      {"another algorithm", {}, {{"alg", "ES256"}}, "unsupported_algorithm"},
      {"none", {}, {{"alg", "none"}}, "unsupported_algorithm"},
      {"an unknown key", {}, {{"kid", "ins_2"}}, "unknown_key"},
      {"no key id", {}, {{"kid", nullptr}}, "unknown_key"},
  };
  for (const auto& [name, claims, header, reason] : rows) {
    CAPTURE(name);
    test.log.clear();
    const auto verdict = judge(claims, header);
    CHECK(verdict.has_value() == reason.empty());
    if (verdict) continue;
    CHECK(verdict.error() == Error{Error::Kind::unauthorized, "The session token is not valid."});
    CHECK(test.log.contains(std::string{"reason="} + std::string{reason}));
  }
}

TEST_CASE_FIXTURE(Fixture, "a user with something left to do is forbidden, not unknown") {
  CHECK(judge({{"sts", "pending"}}).error().kind == Error::Kind::forbidden);
}

TEST_CASE_FIXTURE(Fixture, "a token signed by another key under the same kid is refused") {
  const TestSigner other{"ins_1"};
  CHECK_FALSE(run_ready(verifier.verify(other.session_token(test.clock.now()))));
  test.fetch.when(std::string{jwks_url}).answer(200, "{\"keys\":[" + other.jwk() + "," + clerk.jwk() + "]}");
  test.clock.advance(std::chrono::minutes{11});
  CHECK(run_ready(verifier.verify(other.session_token(test.clock.now()))));  // two keys, one kid: either is tried
  CHECK(judge({}));
}

TEST_CASE_FIXTURE(Fixture, "organizations of both versions read the same (clerk.md 2.2)") {
  const auto v1 = judge({{"v", nullptr},
                         {"org_id", "org_1"},
                         {"org_slug", "acme"},
                         {"org_role", "org:admin"},
                         {"org_permissions", json::Array{"org:teams:read"}}});
  const auto v2 =
      judge({{"fea", "u:x,o:teams"},
             {"o", json::Object{{"id", "org_1"}, {"slg", "acme"}, {"rol", "admin"}, {"per", "read"}, {"fpm", "1"}}}});
  for (const auto& claims : {v1, v2}) {
    REQUIRE(claims);
    REQUIRE(claims->organization);
    CHECK(claims->organization->id == "org_1");
    CHECK(claims->organization->slug == "acme");
    CHECK(claims->organization->role == "org:admin");
    CHECK(claims->organization->permissions == std::vector<std::string>{"org:teams:read"});
  }
}

TEST_CASE_FIXTURE(Fixture, "who acts for the user is said") {
  CHECK(judge({{"act", json::Object{{"sub", "user_staff"}}}}).value().actor == "user_staff");
  CHECK(judge({{"act", json::Object{{"sub", "user_staff"}, {"iss", "https://dashboard.clerk.com"}}}}).value().actor ==
        "user_staff (https://dashboard.clerk.com)");
}

TEST_CASE("packed permissions: the vector of clerk.md 2.2, and numbers beyond 64 bits") {
  CHECK(decode_permissions("o:dashboard,o:teams", "manage,read", "3,2") ==
        std::vector<std::string>{"org:dashboard:manage", "org:dashboard:read", "org:teams:read"});
  CHECK(decode_permissions("u:mine,ou:both", "read", "1") == std::vector<std::string>{"org:both:read"});
  std::string seventy = "p0";
  for (int i = 1; i < 70; ++i) seventy += ",p" + std::to_string(i);
  CHECK(decode_permissions("o:big", seventy, "590295810358705651712") ==
        std::vector<std::string>{"org:big:p69"});  // 2^69
  CHECK(decode_permissions("", "", "")->empty());
  for (std::string_view map : {"x", "-1", "1,1", "1.5", " 1", "0x1"}) {
    CAPTURE(map);
    CHECK_FALSE(decode_permissions("o:a", "read", map));
  }
  CHECK_FALSE(decode_permissions("dashboard", "read", "1"));
  CHECK_FALSE(decode_permissions("o:a", "read", std::string(81, '1')));
}

}  // namespace postern::clerk
