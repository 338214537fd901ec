#include "postern/clerk/entitlements.hpp"

#include <doctest/doctest.h>

#include "postern/clerk/test_signer.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::clerk {
namespace {

const std::string jwks_url = "https://clerk.example.test/.well-known/jwks.json";
const std::string mint_url = "https://api.clerk.test/v1/sessions/sess_1/tokens";

struct Fixture {
  testing::TestPorts test;
  TestSigner clerk{"ins_1"};
  KeySet keys{jwks_url, test.ports};
  InstanceJwts jwts{std::nullopt, keys, test.ports};
  Backend backend{{.api_url = "https://api.clerk.test", .secret_key = SecretKey::parse("sk_test_x").value()},
                  test.ports};
  Entitlements entitlements{
      {.issuer = std::string{test_issuer}, .features = {"export", "org:audit"}, .plans = {"user:gold", "pro"}},
      backend,
      jwts,
      test.ports};
  oauth::SignedInUser user{.user_id = "user_1", .session_id = "sess_1", .organization_id = "org_1"};

  Fixture() { test.fetch.when(jwks_url).answer(200, clerk.jwks()); }

  Result<oauth::SignedInUser> ask(const json::Object& claims) {
    json::Object all{{"azp", nullptr}, {"o", json::Object{{"id", "org_1"}, {"rol", "admin"}}}};
    for (const auto& [name, value] : claims) all[name] = value;
    const std::string jwt = clerk.session_token(test.clock.now(), all);
    test.fetch.when(http::Method::post, mint_url)
        .answer(200, json::serialize(json::Object{{"object", "token"}, {"jwt", jwt}}));
    return run_ready(entitlements.add_to(user));
  }
};

using Texts = std::vector<std::string>;

}  // namespace

// tests/fidelity/entitlements.test.mjs asks has() of @clerk/backend the same.
TEST_CASE("a list of a session token has what is asked, in its scope or in either (clerk.md 2.2)") {
  struct Row {
    std::string_view list, needed;
    bool has;
  };
  for (const auto& [list, needed, has] : {
           Row{"o:pro", "pro", true},
           Row{"o:pro", "org:pro", true},
           Row{"o:pro", "user:pro", false},
           Row{"u:pro", "pro", true},
           Row{"u:pro", "user:pro", true},
           Row{"u:pro", "org:pro", false},
           Row{"ou:pro", "org:pro", true},
           Row{"uo:pro", "user:pro", true},
           Row{"o:export,o:teams, u:beta", "user:beta", true},
           Row{"o:export,o:teams, u:beta", "teams", true},
           Row{"o:export", "exports", false},
           Row{"o:export", "xport", false},
           Row{"x:export", "export", false},
           Row{"o:export,teams", "export", false},
           Row{"o:export,", "export", false},
           Row{"o :export", "export", false},
           Row{"", "export", false},
       }) {
    CAPTURE(list);
    CAPTURE(needed);
    CHECK(has_entitlement(list, needed) == has);
  }
}

TEST_CASE_FIXTURE(Fixture, "what the app asks for is read from a fresh token of the session") {
  const auto found = ask({{"fea", "o:export,u:other"}, {"pla", "u:gold,o:free"}});
  REQUIRE(found);
  CHECK(found->features == Texts{"export"});
  CHECK(found->plans == Texts{"user:gold"});
  CHECK_FALSE(test.log.contains("eyJ"));
}

TEST_CASE_FIXTURE(Fixture, "nobody has anything by a token of version 1, or for another organization") {
  const json::Object granted{{"fea", "o:export"}, {"pla", "o:pro"}};
  for (const json::Object& changes :
       {json::Object{{"v", nullptr}, {"org_id", "org_1"}, {"o", nullptr}},
        json::Object{{"o", json::Object{{"id", "org_2"}}}}, json::Object{{"o", nullptr}}}) {
    json::Object claims = granted;
    for (const auto& [name, value] : changes) claims[name] = value;
    user.features = {"export"};
    const auto found = ask(claims);
    REQUIRE(found);
    CHECK(found->features.empty());
    CHECK(found->plans.empty());
  }
}

TEST_CASE_FIXTURE(Fixture, "a session that is over ends the sign-in, and what cannot be read leaves it open") {
  test.fetch.when(http::Method::post, mint_url).answer(404, "");
  CHECK(run_ready(entitlements.add_to(user)).error().kind == Error::Kind::unauthorized);
  test.fetch.when(http::Method::post, mint_url).answer(422, "").answer(200, R"({"jwt":"no.jwt.here"})");
  CHECK(run_ready(entitlements.add_to(user)).error().kind == Error::Kind::unavailable);
  CHECK(run_ready(entitlements.add_to(user)).error().kind == Error::Kind::unavailable);
  CHECK(ask({{"sub", "user_2"}}).error().kind == Error::Kind::unavailable);
}

TEST_CASE_FIXTURE(Fixture, "where nothing is asked for, nothing is minted") {
  Entitlements none{{.issuer = std::string{test_issuer}}, backend, jwts, test.ports};
  REQUIRE(run_ready(none.add_to(user)));
  CHECK(test.fetch.requests().empty());
}

}  // namespace postern::clerk
