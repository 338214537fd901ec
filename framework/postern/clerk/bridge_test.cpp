#include "postern/clerk/bridge.hpp"

#include <doctest/doctest.h>

#include <format>

#include "postern/clerk/test_signer.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

const std::string jwks_url = "https://clerk.example.test/.well-known/jwks.json";
const std::string session_url = "https://api.clerk.test/v1/sessions/sess_1";
const std::string membership_url = "https://api.clerk.test/v1/organizations/org_1/memberships?user_id=user_1";
const std::string user_url = "https://api.clerk.test/v1/users/user_1";

std::string session_body(std::string_view user, std::string_view status) {
  return std::format(R"({{"id":"sess_1","user_id":"{}","status":"{}"}})", user, status);
}
std::string user_body(bool banned, bool locked) {
  return std::format(R"({{"id":"user_1","banned":{},"locked":{}}})", banned, locked);
}

// clerk.md 3.5.
std::string membership_body(std::string_view role, std::string_view permissions) {
  return std::format(R"({{"data":[{{"object":"organization_membership","role":"{}","permissions":{},
                         "public_user_data":{{"user_id":"user_1"}}}}],"total_count":1}})",
                     role, permissions);
}

Task<void> complete_into(BridgeSignIn& bridge, const oauth::SignInReturn& returned,
                         std::optional<Result<oauth::SignedInUser>>& out) {
  out = co_await bridge.complete(returned);
}
Task<void> confirm_into(BridgeSignIn& bridge, const oauth::SignedInUser& user,
                        std::optional<Result<oauth::SignedInUser>>& out) {
  out = co_await bridge.confirm(user);
}

struct Fixture {
  testing::TestPorts test;
  TestSigner clerk{"ins_1"};
  KeySet keys{jwks_url, test.ports};
  SessionTokenVerifier verifier{
      {.issuer = std::string{test_issuer}, .authorized_parties = {std::string{test_app}}}, keys, test.ports};
  Backend backend{{.api_url = "https://api.clerk.test", .secret_key = SecretKey::parse("sk_test_x").value()},
                  test.ports};
  Standing standing{backend, test.ports};
  BridgeSignIn bridge{{.app = AppUrl::parse(test_app).value()}, verifier, standing, test.ports};
  oauth::SignedInUser user{.user_id = "user_1", .session_id = "sess_1"};

  Fixture() {
    test.fetch.when(jwks_url).answer(200, clerk.jwks());
    test.fetch.when(session_url).answer(200, session_body("user_1", "active"));
    test.fetch.when(user_url).answer(200, user_body(false, false));
    test.fetch.when(membership_url).answer(200, membership_body("org:admin", R"(["org:orders:manage"])"));
  }
  Result<oauth::SignedInUser> complete(const uri::Form& form,
                                       oauth::CallbackTransport transport = oauth::CallbackTransport::form,
                                       Duration started_ago = 1min, std::string browser = "one") {
    const oauth::SignInReturn returned{.parameters = form,
                                       .transport = transport,
                                       .started_at = test.clock.now() - started_ago,
                                       .browser = std::move(browser)};
    std::optional<Result<oauth::SignedInUser>> out;
    Job job = Job::start(complete_into(bridge, returned, out), [](const std::exception_ptr&) {});
    for (int i = 0; i < 200 && !out; ++i) test.clock.advance(200ms);
    REQUIRE(out);
    return *std::move(out);
  }
  Result<oauth::SignedInUser> complete_with(const json::Object& claims) {
    const std::string token = clerk.session_token(test.clock.now(), claims);
    return complete({{"clerk_token", token}});
  }
  Result<oauth::SignedInUser> confirm() {
    std::optional<Result<oauth::SignedInUser>> out;
    Job job = Job::start(confirm_into(bridge, user, out), [](const std::exception_ptr&) {});
    for (int i = 0; i < 200 && !out; ++i) test.clock.advance(200ms);
    REQUIRE(out);
    return *std::move(out);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the browser goes to the app's page with everything encoded") {
  CHECK(bridge.begin({.state = "s+1", .callback_url = "https://mcp.test/callback", .client_name = "A & B <x>"}) ==
        "https://app.example.test/auth/mcp?state=s%2B1&callback_url=https%3A%2F%2Fmcp.test%2Fcallback"
        "&client_name=A+%26+B+%3Cx%3E");
}

TEST_CASE_FIXTURE(Fixture, "for our own pages there is no client to name") {
  CHECK(bridge.begin({.state = "s", .callback_url = "https://mcp.test/callback", .client_name = {}}) ==
        "https://app.example.test/auth/mcp?state=s&callback_url=https%3A%2F%2Fmcp.test%2Fcallback");
}

TEST_CASE_FIXTURE(Fixture, "the app's own pages are recognized by their user's token, as often as they call") {
  test.fetch.when(user_url).answer(
      200, R"({"id":"user_1","first_name":"Ada","last_name":"Lovelace","banned":false,"locked":false})");
  const std::string token = clerk.session_token(test.clock.now());
  for (int call = 0; call < 2; ++call) {
    const auto user = run_ready(bridge.recognize(token));
    REQUIRE(user);
    CHECK(user->user_id == "user_1");
    CHECK(user->name == "Ada Lovelace");
  }
  using enum Error::Kind;
  const auto refusal = [&](const json::Object& claims) {
    return run_ready(bridge.recognize(clerk.session_token(test.clock.now(), claims))).error().kind;
  };
  CHECK(refusal({{"azp", "https://other.example.test"}}) == unauthorized);
  CHECK(refusal({{"sid", nullptr}}) == unauthorized);
  test.fetch.when(session_url).answer(200, session_body("user_1", "revoked"));
  CHECK(refusal({}) == unauthorized);
  test.fetch.when(session_url).answer(200, session_body("user_1", "active"));
  test.fetch.when(user_url).answer(200, user_body(true, false));
  CHECK(refusal({}) == forbidden);
  test.clock.advance(2min);
  CHECK(run_ready(bridge.recognize(token)).error().kind == unauthorized);
}

TEST_CASE_FIXTURE(Fixture, "a genuine token signs its user in, and belongs to the browser that brought it") {
  const std::string token = clerk.session_token(test.clock.now(), {{"o", json::Object{{"id", "org_1"}}}});
  const auto first = complete({{"clerk_token", token}, {"state", "x"}});
  REQUIRE(first);
  CHECK(first->user_id == "user_1");
  CHECK(first->session_id == "sess_1");
  CHECK(first->organization_id == "org_1");
  CHECK(first->role == "org:admin");
  CHECK(first->permissions == std::vector<std::string>{"org:orders:manage"});
  const auto elsewhere = complete({{"clerk_token", token}}, oauth::CallbackTransport::form, 1min, "another");
  CHECK(elsewhere.error().kind == Error::Kind::unauthorized);
  CHECK(test.log.contains("reason=used_by_another_browser"));
  CHECK(complete({{"clerk_token", token}}));  // its next connection, a second later
  test.clock.advance(64s);                    // remembered for as long as it would verify
  CHECK_FALSE(complete({{"clerk_token", token}}, oauth::CallbackTransport::form, 70s, "another"));
}

TEST_CASE_FIXTURE(Fixture, "somebody who acts as the user is named, whether the token says so or only the session") {
  CHECK(complete_with({}).value().actor.empty());
  CHECK(complete_with({{"act", json::Object{{"sub", "user_staff"}}}}).value().actor == "user_staff");
  test.fetch.when(session_url)
      .answer(200, R"({"id":"sess_1","user_id":"user_1","status":"active","actor":{"sub":"user_other"}})");
  CHECK(complete_with({}).value().actor == "user_other");
  test.fetch.when(session_url)
      .answer(200, R"({"id":"sess_1","user_id":"user_1","status":"active","actor":{"name":"?"}})");
  CHECK(complete_with({}).value().actor == "unknown");
}

TEST_CASE_FIXTURE(Fixture, "a token in the query is refused unless the operator accepts it") {
  const uri::Form form{{"clerk_token", clerk.session_token(test.clock.now())}};
  CHECK(complete(form, oauth::CallbackTransport::query).error().kind == Error::Kind::unauthorized);
  BridgeSignIn lenient{
      {.app = AppUrl::parse(test_app).value(), .query_token = QueryToken::accept}, verifier, standing, test.ports};
  CHECK(run_ready(lenient.complete({.parameters = form,
                                    .transport = oauth::CallbackTransport::query,
                                    .started_at = test.clock.now(),
                                    .browser = "one"})));
}

TEST_CASE_FIXTURE(Fixture, "a proof that is missing, double, stale or another's signs nobody in") {
  const std::string token = clerk.session_token(test.clock.now());
  CHECK(complete({}).error().kind == Error::Kind::unauthorized);
  CHECK(complete({{"clerk_token", token}, {"clerk_token", token}}).error().kind == Error::Kind::unauthorized);
  CHECK(complete({{"clerk_token", "garbage"}}).error().kind == Error::Kind::unauthorized);
  CHECK(complete_with({{"azp", "https://other.example.test"}}).error().kind == Error::Kind::unauthorized);
  CHECK(complete_with({{"azp", nullptr}}).error().kind == Error::Kind::unauthorized);
  CHECK(complete_with({{"sts", "pending"}}).error().kind == Error::Kind::forbidden);
  CHECK(complete_with({{"act", json::Object{}}}).error().kind == Error::Kind::unauthorized);
  test.clock.advance(10s);
  CHECK(complete({{"clerk_token", token}}, oauth::CallbackTransport::form, 4s).error().kind ==
        Error::Kind::unauthorized);
  CHECK(test.log.contains("reason=older_than_the_flow"));
  CHECK(test.fetch.count(session_url) == 0);  // none of them got as far as Clerk
  CHECK(complete({{"clerk_token", token}}, oauth::CallbackTransport::form, 6s));
}

TEST_CASE_FIXTURE(Fixture, "Clerk has the last word on the session and the user") {
  struct Row {
    std::string_view name;
    int session_status;
    std::string session;
    int user_status;
    std::string user;
    std::optional<Error::Kind> complete, confirm;
  };
  using enum Error::Kind;
  const std::string active = session_body("user_1", "active");
  const std::string good = user_body(false, false);
  for (const Row& row : {
           Row{"all is well", 200, active, 200, good, std::nullopt, std::nullopt},
           Row{"session ended", 200, session_body("user_1", "ended"), 200, good, unauthorized, unauthorized},
           Row{"session revoked", 200, session_body("user_1", "revoked"), 200, good, unauthorized, unauthorized},
           Row{"session unfinished", 200, session_body("user_1", "pending"), 200, good, unauthorized, unauthorized},
           Row{"another's session", 200, session_body("user_2", "active"), 200, good, unauthorized, unauthorized},
           Row{"session cleaned up", 404, "", 200, good, unauthorized, unauthorized},
           Row{"user deleted", 200, active, 404, "", unauthorized, unauthorized},
           Row{"user banned", 200, active, 200, user_body(true, false), forbidden, unauthorized},
           Row{"user locked", 200, active, 200, user_body(false, true), forbidden, std::nullopt},
           Row{"Clerk down", 500, "", 200, good, unavailable, unavailable},
           Row{"Clerk down at the user", 200, active, 503, "", unavailable, unavailable},
           Row{"too many requests", 429, "", 200, good, unavailable, unavailable},
           Row{"garbage", 200, "<html>", 200, good, unavailable, unavailable},
           Row{"wrong types", 200, active, 200, R"({"id":"user_1","banned":"no","locked":0})", unavailable,
               unavailable},
           Row{"our key is bad", 401, R"({"errors":[{"code":"clerk_key_invalid"}]})", 200, good, unavailable,
               unavailable},
           Row{"forbidden to us", 403, "", 200, good, unavailable, unavailable},
       }) {
    CAPTURE(row.name);
    test.fetch.when(session_url).answer(row.session_status, row.session);
    test.fetch.when(user_url).answer(row.user_status, row.user);
    const auto signed_in = complete_with({{"jti", row.name}});
    CHECK(signed_in.has_value() == !row.complete);
    if (row.complete) CHECK(signed_in.error().kind == *row.complete);
    const auto confirmed = confirm();
    CHECK(confirmed.has_value() == !row.confirm);
    if (row.confirm) CHECK(confirmed.error().kind == *row.confirm);
  }
}

TEST_CASE_FIXTURE(Fixture, "who signed in for an organization is asked about there, each time") {
  CHECK(confirm()->role.empty());  // a personal account
  CHECK(test.fetch.count(membership_url) == 0);

  user.organization_id = "org_1";
  CHECK(confirm()->role == "org:admin");
  test.fetch.when(membership_url).answer(200, membership_body("org:member", "[]"));
  const auto now = confirm();
  REQUIRE(now);
  CHECK(now->role == "org:member");
  CHECK(now->permissions.empty());
  CHECK(now->session_id == "sess_1");

  using enum Error::Kind;
  const std::tuple<int, std::string, Error::Kind> rows[] = {
      {200, R"({"data":[],"total_count":0})", unauthorized},  // has left
      {404, R"({"errors":[{"code":"resource_not_found"}]})", unauthorized},
      {503, "", unavailable},
      {200, "[]", unavailable},
      {200, R"({"data":[7]})", unavailable},
      {200, R"({"data":[{"role":"org:admin","permissions":[],"public_user_data":{"user_id":"user_2"}}]})", unavailable},
      {200, membership_body("", "[]"), unavailable},
      {200, membership_body("org:admin", "[1]"), unavailable},
  };
  for (const auto& [status, body, kind] : rows) {
    CAPTURE(body);
    test.fetch.when(membership_url).answer(status, body);
    CHECK(confirm().error().kind == kind);
  }
}

TEST_CASE_FIXTURE(Fixture, "a slow Clerk is unavailable, and no grant ends by it") {
  test.fetch.when(session_url).hold().answer(200, session_body("user_1", "active"));
  CHECK(confirm().error().kind == Error::Kind::unavailable);
}

TEST_CASE_FIXTURE(Fixture, "the token shows in no log and in no record (threat 44)") {
  const std::string token = clerk.session_token(test.clock.now());
  CHECK(complete({{"clerk_token", token}}));
  CHECK_FALSE(complete({{"clerk_token", token}}, oauth::CallbackTransport::form, 1min, "another"));
  CHECK_FALSE(test.log.contains(token));
  const auto records = run_ready(test.store.scan("bridge_token/", "", 100));
  REQUIRE(records);
  REQUIRE(records->size() == 1);
  CHECK_FALSE(records->at(0).key.contains(token));
  CHECK_FALSE(records->at(0).entry.value.contains(token));
}

}  // namespace postern::clerk
