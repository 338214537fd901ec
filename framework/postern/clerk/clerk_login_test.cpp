#include "postern/clerk/clerk_login.hpp"

#include <doctest/doctest.h>

#include <format>

#include "postern/clerk/test_signer.hpp"
#include "postern/oauth/pkce.hpp"
#include "postern/testing/test_ports.hpp"
#include "postern/uri/url.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

const std::string jwks_url = "https://clerk.example.test/.well-known/jwks.json";
const std::string token_url = "https://clerk.example.test/oauth/token";
const std::string sessions_url =
    "https://api.clerk.test/v1/sessions?user_id=user_1&status=active&limit=100&paginated=true";
const std::string session_url = "https://api.clerk.test/v1/sessions/sess_1";
const std::string user_url = "https://api.clerk.test/v1/users/user_1";
const std::string membership_url = "https://api.clerk.test/v1/organizations/org_1/memberships?user_id=user_1";

constexpr std::string_view state = "c3RhdGUtb2Ytb25lLXNpZ24taW4tYW5kLW5vLW90aGVy";

// clerk.md 3.6.
std::string session(std::string_view id, int last_active_at, std::string_view more = "") {
  return std::format(R"({{"id":"{}","user_id":"user_1","status":"active","last_active_at":{}{}}})", id, last_active_at,
                     more);
}
std::string sessions(std::initializer_list<std::string> each) {
  std::string list;
  for (const std::string& one : each) list += (list.empty() ? "" : ",") + one;
  return std::format(R"({{"data":[{}],"total_count":{}}})", list, each.size());
}

Task<void> complete_into(ClerkLogin& login, const oauth::SignInReturn& returned,
                         std::optional<Result<oauth::SignedInUser>>& out) {
  out = co_await login.complete(returned);
}

struct Fixture {
  testing::TestPorts test;
  TestSigner clerk{"ins_1"};
  KeySet keys{jwks_url, test.ports};
  InstanceJwts jwts{std::nullopt, keys, test.ports};
  SessionTokenVerifier verifier{
      {.issuer = std::string{test_issuer}, .authorized_parties = {std::string{test_app}}}, keys, test.ports};
  Backend backend{{.api_url = "https://api.clerk.test", .secret_key = SecretKey::parse("sk_test_x").value()},
                  test.ports};
  Standing standing{backend, test.ports};
  ClerkLogin login{{.issuer = std::string{test_issuer},
                    .client_id = "client 1",
                    .client_secret = Secret{std::string_view{"s:cret"}},
                    .callback_url = "https://mcp.test/callback",
                    .key = Secret{std::string(32, 'k')}},
                   jwts,
                   verifier,
                   standing,
                   test.ports};

  Fixture() {
    test.fetch.when(jwks_url).answer(200, clerk.jwks());
    test.fetch.when(sessions_url).answer(200, sessions({session("sess_1", 5)}));
    test.fetch.when(session_url).answer(200, session("sess_1", 5));
    test.fetch.when(user_url).answer(
        200, R"({"id":"user_1","first_name":"Ada","last_name":"Lovelace","banned":false,"locked":false})");
  }
  uri::Form sent() {
    const auto url = uri::Url::parse(
        login.begin({.state = std::string{state}, .callback_url = "https://mcp.test/callback", .client_name = "A"}));
    return uri::Form::parse(*url->query()).value();
  }
  std::string sent(std::string_view name) { return *sent().find_only(name); }
  // OpenID Connect Core sec. 2; null leaves a claim out.
  std::string id_token(const json::Object& changes = {}, const json::Object& header = {}) {
    json::Object claims{{"azp", nullptr},    {"sid", nullptr},
                        {"sts", nullptr},    {"v", nullptr},
                        {"aud", "client 1"}, {"nonce", sent("nonce")},
                        {"nbf", nullptr},    {"exp", to_unix_seconds(test.clock.now()) + 86'400}};
    for (const auto& [name, value] : changes) claims[name] = value;
    json::Object typed{{"cat", nullptr}};
    for (const auto& [name, value] : header) typed[name] = value;
    return clerk.session_token(test.clock.now(), claims, typed);
  }
  void give(std::string_view token) {
    test.fetch.when(http::Method::post, token_url)
        .answer(200, std::format(R"({{"access_token":"oat_canary","token_type":"Bearer","expires_in":86400,)"
                                 R"("refresh_token":"clk_refresh_canary","id_token":"{}"}})",
                                 token));
  }
  Result<oauth::SignedInUser> complete(const uri::Form& form) {
    const oauth::SignInReturn returned{.parameters = form,
                                       .transport = oauth::CallbackTransport::query,
                                       .started_at = test.clock.now(),
                                       .browser = "one"};
    std::optional<Result<oauth::SignedInUser>> out;
    Job job = Job::start(complete_into(login, returned, out), [](const std::exception_ptr&) {});
    for (int i = 0; i < 200 && !out; ++i) test.clock.advance(200ms);
    REQUIRE(out);
    return *std::move(out);
  }
  Result<oauth::SignedInUser> complete() {
    return complete({{"code", "clk_code_canary"}, {"state", state}, {"iss", test_issuer}});
  }
  Result<oauth::SignedInUser> complete_with(const json::Object& claims, const json::Object& header = {}) {
    give(id_token(claims, header));
    return complete();
  }
};

using enum Error::Kind;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the browser goes to Clerk with PKCE, a nonce, our state and the registered callback") {
  const std::string url =
      login.begin({.state = std::string{state}, .callback_url = "https://mcp.test/callback", .client_name = "A"});
  CHECK(url.starts_with("https://clerk.example.test/oauth/authorize?response_type=code&client_id=client+1&"));
  CHECK(sent("redirect_uri") == "https://mcp.test/callback");
  CHECK(sent("scope") == "openid");
  CHECK(sent("state") == state);
  CHECK(sent("code_challenge_method") == "S256");
  CHECK(oauth::is_pkce_value(sent("code_challenge")));
  CHECK(sent("nonce") != sent("code_challenge"));
  CHECK_FALSE(url.contains("canary"));
}

TEST_CASE_FIXTURE(Fixture, "the code is redeemed with the verifier of its challenge and the client's credentials") {
  REQUIRE(complete_with({}));
  const FetchRequest& asked = test.fetch.requests().at(0);
  CHECK(asked.url == token_url);
  // RFC 6749 sec. 2.3.1: "client%201:s%3Acret".
  CHECK(*asked.headers.find("Authorization") == "Basic " + base64_encode("client%201:s%3Acret"));
  const uri::Form form = uri::Form::parse(asked.body).value();
  CHECK(*form.find_only("grant_type") == "authorization_code");
  CHECK(*form.find_only("code") == "clk_code_canary");
  CHECK(*form.find_only("redirect_uri") == "https://mcp.test/callback");
  CHECK(oauth::verifier_fits(test.ports.crypto, *form.find_only("code_verifier"), sent("code_challenge")));
}

TEST_CASE_FIXTURE(Fixture, "who has signed in is the ID token's subject, in the session used last") {
  test.fetch.when(sessions_url)
      .answer(200, sessions({session("sess_old", 3), session("sess_1", 9, R"(,"last_active_organization_id":"org_1")"),
                             session("sess_staff", 11, R"(,"actor":{"sub":"user_staff"})"), session("sess_older", 2)}));
  test.fetch.when(membership_url)
      .answer(200, R"({"data":[{"role":"org:admin","permissions":["org:orders:manage"],"organization":{"name":"Acme"},)"
                   R"("public_user_data":{"user_id":"user_1"}}],"total_count":1})");
  const auto user = complete_with({});
  REQUIRE(user);
  CHECK(user->user_id == "user_1");
  CHECK(user->session_id == "sess_1");
  CHECK(user->organization_id == "org_1");
  CHECK(user->organization_name == "Acme");
  CHECK(user->role == "org:admin");
  CHECK(user->name == "Ada Lovelace");
}

TEST_CASE_FIXTURE(Fixture, "who acts as the user is in the session of theirs, and never in the user's own") {
  const std::string staff = session("sess_staff", 1, R"(,"actor":{"sub":"user_staff"})");
  test.fetch.when(sessions_url)
      .answer(200, sessions({session("sess_1", 9), staff, session("sess_2", 11, R"(,"actor":{"sub":"user_other"})")}))
      .answer(200, sessions({session("sess_1", 9)}));
  const auto user = complete_with({{"act", json::Object{{"sub", "user_staff"}}}});
  REQUIRE(user);
  CHECK(user->session_id == "sess_staff");
  CHECK(user->actor == "user_staff");
  CHECK(complete_with({{"act", json::Object{{"sub", "user_staff"}}}}).error().kind == unauthorized);
}

TEST_CASE_FIXTURE(Fixture, "the ID token or the session that it names says who acts as the user: either is enough") {
  const json::Object of_staff{{"sub", "user_staff"}};
  CHECK(complete_with({{"sid", "sess_1"}, {"act", of_staff}}).value().actor == "user_staff");
  test.fetch.when(session_url)
      .answer(200, R"({"id":"sess_1","user_id":"user_1","status":"active","actor":{"sub":"user_other"}})");
  CHECK(complete_with({{"sid", "sess_1"}}).value().actor == "user_other");
}

TEST_CASE_FIXTURE(Fixture, "should Clerk name the session, it is that one") {
  const auto user = complete_with({{"sid", "sess_1"}});
  REQUIRE(user);
  CHECK(user->session_id == "sess_1");
  CHECK(test.fetch.count(sessions_url) == 0);
  test.fetch.when(session_url).answer(200, R"({"id":"sess_1","user_id":"user_2","status":"active"})");
  CHECK(complete_with({{"sid", "sess_1"}}).error().kind == unauthorized);
}

TEST_CASE_FIXTURE(Fixture, "an ID token of another sign-in, client, issuer or kind signs nobody in") {
  struct Row {
    std::string_view reason;
    json::Object claims, header{};
  };
  const std::int64_t now = to_unix_seconds(test.clock.now());
  for (const Row& row : {
           Row{"wrong_nonce", {{"nonce", "another"}}},
           Row{"wrong_nonce", {{"nonce", nullptr}}},
           Row{"wrong_nonce", {{"nonce", 7}}},
           Row{"wrong_audience", {{"aud", "client 2"}}},
           Row{"reason=", {{"aud", nullptr}}},
           Row{"wrong_azp", {{"aud", json::Array{"client 1", "client 2"}}}},
           Row{"wrong_azp", {{"azp", "client 2"}}},
           Row{"wrong_issuer", {{"iss", "https://other.example.test"}}},
           Row{"expired", {{"iat", now - 3600}, {"exp", now - 6}}},
           Row{"lifetime_too_long", {{"exp", now + 26 * 3600}}},
           Row{"wrong_type", {}, {{"typ", "at+jwt"}}},
           Row{"not_a_user", {{"sub", "mch_1"}}},
       }) {
    CAPTURE(row.reason);
    CHECK(complete_with(row.claims, row.header).error().kind == unauthorized);
    CHECK(test.log.contains(row.reason));
  }
  CHECK(complete_with({{"act", json::Object{}}}).error().kind == unauthorized);
  const TestSigner other{"ins_1"};
  give(other.session_token(test.clock.now(), {{"aud", "client 1"}, {"nonce", sent("nonce")}}));
  CHECK(complete().error().kind == unauthorized);
  CHECK(test.fetch.count(user_url) == 0);  // none of them got as far as that
  CHECK(complete_with({{"aud", json::Array{"client 1", "client 2"}}, {"azp", "client 1"}}));
}

TEST_CASE_FIXTURE(Fixture, "what comes back must be ours, from Clerk, and no refusal") {
  give(id_token());
  for (const uri::Form& form : {uri::Form{{"state", state}, {"iss", test_issuer}},
                                {{"code", "c"}, {"iss", test_issuer}},
                                {{"code", "c"}, {"state", state}, {"iss", "https://other.example.test"}},
                                {{"code", "c"}, {"state", state}, {"iss", "https://clerk.example.test/"}},
                                {{"code", "c"}, {"state", state}, {"iss", test_issuer}, {"iss", test_issuer}},
                                {{"code", "c"}, {"code", "d"}, {"state", state}},
                                {{"error", "access_denied"}, {"state", state}, {"iss", test_issuer}},
                                {{"error", "access_denied"}, {"code", "c"}, {"state", state}}}) {
    CAPTURE(form.serialize());
    CHECK(complete(form).error().kind == unauthorized);
  }
  CHECK(test.log.contains("error=access_denied"));
  CHECK_FALSE(complete({{"error", std::string(5000, 'x')}, {"state", state}}));
  CHECK_FALSE(test.log.contains(std::string(65, 'x')));
  CHECK(test.fetch.count(token_url) == 0);
  CHECK(complete({{"code", "c"}, {"state", state}}));  // an instance that sends no iss yet
  // The nonce follows from the state, so a token for one sign-in is none for another.
  CHECK(complete({{"code", "c"}, {"state", "YW5vdGhlciBzdGF0ZSBvZiBvdXJz"}}).error().kind == unauthorized);
}

TEST_CASE_FIXTURE(Fixture, "a code is tried once, and what Clerk's answer means is told apart") {
  struct Row {
    int status;
    std::string body;
    Error::Kind kind;
  };
  for (const Row& row : {
           Row{400, R"({"error":"invalid_grant"})", unauthorized},
           Row{401, R"({"error":"invalid_grant"})", unauthorized},
           Row{401, R"({"error":"invalid_client"})", unavailable},  // ours to mend
           Row{401, "", unavailable},
           Row{429, "", unavailable},
           Row{503, "", unavailable},
           Row{302, "", unauthorized},
           Row{200, R"({"access_token":"oat_canary","token_type":"Bearer"})", unauthorized},  // openid is not granted
           Row{200, "<html>", unauthorized},
           Row{200, R"({"id_token":7})", unauthorized},
           Row{200, R"({"id_token":"garbage"})", unauthorized},
       }) {
    CAPTURE(row.status);
    const auto before = test.fetch.count(token_url);
    test.fetch.when(http::Method::post, token_url).answer(row.status, row.body);
    CHECK(complete().error().kind == row.kind);
    CHECK(test.fetch.count(token_url) == before + 1);
  }
  CHECK(test.log.contains("clerk_login.client_refused"));
}

TEST_CASE_FIXTURE(Fixture, "Clerk has the last word: a session must be there, and its user neither banned nor locked") {
  test.fetch.when(sessions_url).answer(200, sessions({}));
  CHECK(complete_with({}).error().kind == unauthorized);
  test.fetch.when(sessions_url)
      .answer(200, sessions({R"({"id":"sess_2","user_id":"user_2","status":"active","last_active_at":9})",
                             R"({"id":"sess_3","user_id":"user_1","status":"ended","last_active_at":9})"}));
  CHECK(complete_with({}).error().kind == unauthorized);
  test.fetch.when(sessions_url).answer(200, "[]");
  CHECK(complete_with({}).error().kind == unavailable);
  test.fetch.when(sessions_url).answer(503, "");
  CHECK(complete_with({}).error().kind == unavailable);
  test.fetch.when(sessions_url).answer(200, sessions({session("sess_1", 5)}));
  test.fetch.when(user_url).answer(200, R"({"id":"user_1","banned":true,"locked":false})");
  CHECK(complete_with({}).error().kind == forbidden);
  test.fetch.when(user_url).answer(200, R"({"id":"user_1","banned":false,"locked":true})");
  CHECK(complete_with({}).error().kind == forbidden);
}

TEST_CASE_FIXTURE(Fixture, "nothing that Clerk issued shows in a log or is kept (threat 44)") {
  REQUIRE(complete_with({}));
  CHECK_FALSE(test.log.contains("canary"));
  CHECK_FALSE(test.log.contains("s:cret"));
  CHECK(test.store.records().empty());
}

}  // namespace postern::clerk
