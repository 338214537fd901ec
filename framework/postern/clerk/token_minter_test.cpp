#include "postern/clerk/token_minter.hpp"

#include <doctest/doctest.h>

#include <format>

#include "postern/clerk/app_api.hpp"
#include "postern/clerk/test_signer.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

const std::string jwks_url = "https://clerk.example.test/.well-known/jwks.json";
constexpr auto ignore = [](const std::exception_ptr&) {};

std::string token_url(std::string_view session) {
  return std::format("https://api.clerk.test/v1/sessions/{}/tokens/mcp", session);
}
std::string session_url(std::string_view session) {
  return std::format("https://api.clerk.test/v1/sessions/{}", session);
}
std::string session_body(std::string_view session, std::string_view organization = "null",
                         std::string_view status = "active") {
  return std::format(
      R"({{"id":"{}","user_id":"user_1","status":"{}","last_active_organization_id":{},"last_active_at":1}})", session,
      status, organization);
}
constexpr std::string_view sessions_url =
    "https://api.clerk.test/v1/sessions?user_id=user_1&status=active&limit=100&paginated=true";
std::string token_body(std::string_view jwt) { return std::format(R"({{"object":"token","jwt":"{}"}})", jwt); }

Task<void> mint_into(TokenMinter& minter, Principal caller, std::string& out) {
  const auto token = co_await minter.mint(caller);
  out = token ? std::string{token->reveal()} : std::string{to_string(token.error())};
}

Task<void> send_into(AppApi& api, const Principal& caller, std::string& message) {
  const auto response = co_await api.send(caller, {.path = "/api"});
  message = response ? "no error" : response.error().message;
}

struct Fixture {
  testing::TestPorts test;
  Backend backend{{.api_url = "https://api.clerk.test", .secret_key = SecretKey::parse("sk_test_x").value()},
                  test.ports};
  Standing standing{backend, test.ports};
  KeySet keys{jwks_url, test.ports};
  InstanceJwts jwts{std::nullopt, keys, test.ports};
  TokenMinter minter{{.issuer = std::string{test_issuer}, .template_name = "mcp", .sessions_max = 3},
                     backend,
                     jwts,
                     standing,
                     test.ports};
  AppApi api{{.app = AppUrl::parse("https://app.example.test").value()}, minter, test.ports};
  Principal caller{.user_id = "user_1", .session_id = "sess_1"};

  testing::ScriptedFetch::Script& when_minting(std::string_view session = "sess_1") {
    test.fetch.when(session_url(session)).answer(200, session_body(session));
    return test.fetch.when(http::Method::post, token_url(session));
  }
  std::string mint(std::string session = "sess_1") {
    return mint({.user_id = "user_1", .session_id = std::move(session)});
  }
  std::string mint(Principal whose) {
    std::string out;
    Job job = Job::start(mint_into(minter, std::move(whose), out), ignore);
    for (int i = 0; i < 100 && out.empty(); ++i) test.clock.advance(200ms);
    return out;
  }
  std::size_t mints(std::string_view session = "sess_1") const { return test.fetch.count(token_url(session)); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a token is used again until ten seconds before its end") {
  when_minting().answer(200, token_body("one")).answer(200, token_body("two"));
  CHECK(mint() == "one");
  test.clock.advance(49s);
  CHECK(mint() == "one");
  test.clock.advance(1s);
  CHECK(mint() == "two");
}

TEST_CASE_FIXTURE(Fixture, "what a refusal at Clerk means, while the session is active (clerk.md 3.6)") {
  struct Row {
    int status;
    std::string_view body;
    std::string_view outcome;
  };
  for (const auto& [status, body, outcome] : {
           Row{404, R"({"errors":[{"code":"resource_not_found","message":"Session not found"}]})", "retry_later"},
           Row{404,
               R"({"errors":[{"code":"resource_not_found","long_message":"No JWT template exists with name: mcp"}]})",
               "config_error"},
           Row{401, R"({"errors":[{"code":"x"}]})", "retry_later"},
           Row{403, R"({"errors":[{"code":"user_banned"}]})", "retry_later"},
           Row{401, R"({"errors":[{"code":"clerk_key_invalid"}]})", "bad_secret"},
           Row{402, "", "config_error"},
           Row{422, "", "config_error"},
           Row{429, "", "retry_later"},
           Row{503, "", "retry_later"},
           Row{200, "garbage", "retry_later"},
       }) {
    CAPTURE(status);
    CAPTURE(body);
    when_minting().answer(status, std::string{body});
    CHECK(mint() == outcome);
  }
  when_minting().answer(200, token_body("fine"));
  CHECK(mint() == "fine");  // no failure is remembered
}

TEST_CASE_FIXTURE(Fixture, "calls of one session share one flight, and its failure; a dropped one is taken over") {
  std::string out[3];
  SUBCASE("good") { when_minting().hold().answer(200, token_body("one")); }
  SUBCASE("gone") { when_minting().hold().answer(404, ""); }
  Job first = Job::start(mint_into(minter, caller, out[0]), ignore);
  Job second = Job::start(mint_into(minter, caller, out[1]), ignore);
  Job third = Job::start(mint_into(minter, caller, out[2]), ignore);
  CHECK(mints() == 1);
  first.cancel();
  CHECK(mints() == 2);
  test.fetch.release(token_url("sess_1"));
  CHECK(mints() == 2);
  CHECK_FALSE(out[1].empty());
  CHECK(out[1] == out[2]);
}

TEST_CASE_FIXTURE(Fixture, "a session that is over gives no token, whatever Clerk would mint from it") {
  for (const auto& [status, body] :
       {std::pair{200, session_body("sess_1", "null", "revoked")}, std::pair{404, std::string{}}}) {
    when_minting().answer(200, token_body("one"));
    test.fetch.when(session_url("sess_1")).answer(status, body);
    CHECK(mint() == "session_gone");
    CHECK(run_ready(api.send(caller, {.path = "/api"})).error().kind == Error::Kind::unauthorized);
  }
}

TEST_CASE_FIXTURE(Fixture, "while Clerk does not say how it is with a session, it is not over") {
  for (const int status : {401, 403, 429, 503}) {
    CAPTURE(status);
    when_minting().answer(200, token_body("one"));
    test.fetch.when(session_url("sess_1")).answer(status, "");
    CHECK(mint() == "retry_later");
  }
}

TEST_CASE_FIXTURE(Fixture, "a token is for the organization that the connection was made for (clerk.md 6.2 row 17)") {
  when_minting().answer(200, token_body("one")).answer(200, token_body("two")).answer(200, token_body("three"));
  test.fetch.when(session_url("sess_1"))
      .answer(200, session_body("sess_1", R"("org_1")"))
      .answer(200, session_body("sess_1", R"("org_2")"))
      .answer(200, session_body("sess_1", R"("org_1")"));
  const Principal member{.user_id = "user_1", .session_id = "sess_1", .organization_id = "org_1"};
  CHECK(mint(member) == "one");
  CHECK(mint() == "other_organization");  // a connection of the personal account
  CHECK(mint(member) == "three");         // not refused by what is remembered of org_2
  CHECK(mint(member) == "three");
  CHECK(mints() == 3);
  caller.organization_id = "org_2";
  std::string message;
  const Job job = Job::start(send_into(api, caller, message), ignore);
  CHECK(message.contains("another organization is open"));
}

TEST_CASE_FIXTURE(Fixture, "of a template's token the session tells the organization, asked after the minting") {
  test.fetch.when(http::Method::post, token_url("sess_1")).hold().answer(200, token_body("one"));
  test.fetch.when(session_url("sess_1")).answer(200, session_body("sess_1", R"("org_1")"));
  caller.organization_id = "org_1";
  std::string out;
  const Job job = Job::start(mint_into(minter, caller, out), ignore);
  CHECK(test.fetch.count(session_url("sess_1")) == 0);
  test.fetch.release(token_url("sess_1"));
  CHECK(out == "one");
}

TEST_CASE_FIXTURE(Fixture, "a session token tells its organization itself, whatever the session says") {
  const TestSigner clerk{"ins_1"};
  test.fetch.when(jwks_url).answer(200, clerk.jwks());
  const auto outcome = [&](const json::Object& claims, std::string session_organization) {
    const std::string jwt = clerk.session_token(test.clock.now(), claims);
    test.fetch.when(http::Method::post, session_url("sess_1") + "/tokens").answer(200, token_body(jwt));
    test.fetch.when(session_url("sess_1")).answer(200, session_body("sess_1", session_organization));
    TokenMinter of_sessions{{.issuer = std::string{test_issuer}}, backend, jwts, standing, test.ports};
    std::string out;
    const Job job = Job::start(mint_into(of_sessions, caller, out), ignore);
    return out == jwt ? "the token" : out;
  };
  const json::Object in_org_1{{"o", json::Object{{"id", "org_1"}, {"rol", "admin"}}}};
  CHECK(outcome(in_org_1, "null") == "other_organization");
  caller.organization_id = "org_1";
  CHECK(outcome({}, R"("org_1")") == "other_organization");
  CHECK(outcome({{"sid", "sess_2"}}, R"("org_1")") == "retry_later");
  CHECK(outcome({{"iss", "https://elsewhere.example.test"}}, R"("org_1")") == "retry_later");
  CHECK(outcome(in_org_1, R"("org_2")") == "the token");
}

TEST_CASE_FIXTURE(Fixture, "whose token names no session acts in the one that the user used last (decision 14)") {
  const std::string other = R"({"id":"sess_0","user_id":"user_1","status":"active","last_active_at":0})";
  test.fetch.when(std::string{sessions_url})
      .answer(200, std::format(R"({{"data":[{},{}]}})", other, session_body("sess_1", R"("org_1")")))
      .answer(200, R"({"data":[]})")
      .answer(503, "");
  when_minting().answer(200, token_body("one"));
  const Principal at_clerk{.user_id = "user_1", .grant_id = "oat_1"};
  CHECK(mint(at_clerk) == "one");
  CHECK(mint(at_clerk) == "one");
  CHECK(mints() == 1);
  CHECK(test.fetch.count(session_url("sess_1")) == 0);
  minter.drop(at_clerk, Secret{std::string_view{"one"}});
  CHECK(mint(at_clerk) == "no_session");
  CHECK(mint(at_clerk) == "retry_later");
  std::string message;
  test.fetch.when(std::string{sessions_url}).answer(200, R"({"data":[]})");
  const Job job = Job::start(send_into(api, at_clerk, message), ignore);
  CHECK(message.contains("signed out of the app"));
}

TEST_CASE_FIXTURE(Fixture, "a program is nobody at the app, even if its key is a user's") {
  std::string message;
  const Principal program{.user_id = "user_1", .is_program = true};
  const Job job = Job::start(send_into(api, program, message), ignore);
  CHECK(message.contains("the caller is a program"));
  CHECK(test.fetch.requests().empty());
}

TEST_CASE_FIXTURE(Fixture, "memory is bounded: the token that ends first makes room, also while one is waited for") {
  for (std::string_view session : {"a", "b", "c", "d"}) when_minting(session).answer(200, token_body(session));
  for (std::string session : {"a", "b", "c", "d"}) {
    CHECK(mint(session) == session);
    test.clock.advance(1s);
  }
  CHECK(mint("d") == "d");
  CHECK(mint("a") == "a");
  CHECK(mints("d") == 1);
  CHECK(mints("a") == 2);
}

TEST_CASE_FIXTURE(Fixture, "the app is called at its origin, as the user") {
  when_minting().answer(200, token_body("one"));
  test.fetch.when("https://app.example.test/api/orders?q=x").answer(404, "none");
  const auto response = run_ready(api.send(caller, {.path = "/api/orders?q=x"}));
  REQUIRE(response);
  CHECK(response->status == 404);  // the app's own answer, no error
  CHECK(response->body == "none");
  const FetchRequest& request = test.fetch.requests().back();
  CHECK(*request.headers.find_only("Authorization") == "Bearer one");
  CHECK(*request.headers.find_only("Accept") == "application/json");
  CHECK_FALSE(request.headers.find("traceparent"));
}

TEST_CASE_FIXTURE(Fixture, "a trace goes on to the app") {
  when_minting().answer(200, token_body("one"));
  test.fetch.when("https://app.example.test/api").answer(200, "{}");
  const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
  REQUIRE(run_ready(api.send(caller, {.path = "/api", .trace = {.traceparent = parent, .tracestate = "a=b"}})));
  const FetchRequest& request = test.fetch.requests().back();
  CHECK(*request.headers.find_only("traceparent") == parent);
  CHECK(*request.headers.find_only("tracestate") == "a=b");
}

TEST_CASE_FIXTURE(Fixture, "after a 401 a new token is tried, once, and no session is taken to be over") {
  const std::string url = "https://app.example.test/api";
  when_minting().answer(200, token_body("one")).answer(200, token_body("two"));
  test.fetch.when(url).answer(401, "").answer(200, "{}");
  CHECK(run_ready(api.send(caller, {.path = "/api"})));
  CHECK(*test.fetch.requests().back().headers.find_only("Authorization") == "Bearer two");

  test.fetch.when(url).answer(401, "");
  const auto refused = run_ready(api.send(caller, {.path = "/api"}));
  CHECK(refused.error().kind == Error::Kind::forbidden);
  CHECK(refused.error().message.contains("does not accept this server's tokens"));
  CHECK(test.fetch.count(url) == 4);
}

TEST_CASE_FIXTURE(Fixture, "Retry-After of the app is obeyed where a second try can do no harm, and within the time") {
  const std::string url = "https://app.example.test/api";
  when_minting().answer(200, token_body("one"));
  struct Row {
    http::Method method;
    int status;
    const char* retry_after;
    std::size_t requests;
  };
  using http::Method;
  for (const auto& [method, status, retry_after, requests] :
       {Row{Method::get, 429, "3", 2}, Row{Method::get, 503, "0", 2}, Row{Method::get, 429, "15", 1},
        Row{Method::get, 500, "3", 1}, Row{Method::get, 503, "soon", 1}, Row{Method::post, 429, "3", 1}}) {
    CAPTURE(status);
    CAPTURE(retry_after);
    test.fetch.when(method, url).answer(status, "", {{"Retry-After", retry_after}}).answer(200, "{}");
    const std::size_t before = test.fetch.count(url);
    std::optional<int> answered;
    const auto send = [](AppApi& app, const Principal& whose, Method verb, std::optional<int>& out) -> Task<void> {
      out = (co_await app.send(whose, {.method = verb, .path = "/api"}))->status;
    };
    const Job job = Job::start(send(api, caller, method, answered), ignore);
    if (requests == 2 && std::string_view{retry_after} != "0") CHECK_FALSE(answered);
    test.clock.advance(3s);
    CHECK(answered == (requests == 2 ? 200 : status));
    CHECK(test.fetch.count(url) == before + requests);
  }
}

TEST_CASE_FIXTURE(Fixture, "all attempts of a call together take no longer than its time") {
  when_minting().answer(200, token_body("one"));
  test.fetch.when("https://app.example.test/api").hold().answer(200, "");
  std::string message;
  const Job job = Job::start(send_into(api, caller, message), ignore);
  test.clock.advance(14s);
  CHECK(message.empty());
  test.clock.advance(1s);
  CHECK(message.contains("does not answer"));
}

TEST_CASE_FIXTURE(Fixture, "a path that leads elsewhere is never asked for, nor is a token minted for it") {
  for (std::string_view path : {"//evil.example/", "@evil.example/", "/../x", "/a#b", "/a\r\nb", "x"})
    CHECK(run_ready(api.send(caller, {.path = std::string{path}})).error().kind == Error::Kind::internal);
  CHECK(test.fetch.requests().empty());
}

TEST_CASE_FIXTURE(Fixture, "the token shows in no error and in no log (threats 18 and 44)") {
  const std::string url = "https://app.example.test/api";
  when_minting().answer(200, token_body("canary"));
  for (int kind = 0; kind < 5; ++kind) {
    auto& script = test.fetch.when(url);
    if (kind == 0) script.fail(Error::Kind::unavailable);
    if (kind == 1) script.fail(Error::Kind::limited);
    if (kind == 2) script.answer(401, "canary");
    if (kind == 3)
      script.answer_with([](const FetchRequest& request) -> Result<FetchResponse> {
        return fail(Error::Kind::unavailable, "cannot send " + *request.headers.find("Authorization"));
      });
    if (kind == 4) when_minting().answer(500, "canary");
    if (kind == 4) minter.drop(caller, Secret{std::string_view{"canary"}});
    std::string message;
    Job job = Job::start(send_into(api, caller, message), ignore);
    for (int i = 0; i < 100 && message.empty(); ++i) test.clock.advance(200ms);
    CHECK_FALSE(message.empty());
    CHECK_FALSE(message.contains("canary"));
  }
  CHECK_FALSE(test.log.contains("canary"));
}

}  // namespace postern::clerk
