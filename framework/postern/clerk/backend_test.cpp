#include "postern/clerk/backend.hpp"

#include <doctest/doctest.h>

#include "postern/clerk/backend_api.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

const std::string session_url = "https://api.clerk.test/v1/sessions/sess_1";
const std::string user_url = "https://api.clerk.test/v1/users/user_1";
constexpr std::string_view canary = "sk_test_canary";
constexpr std::string_view session_body = R"({"object":"session","id":"sess_1","user_id":"user_1","status":"active"})";

struct Fixture {
  testing::TestPorts test;
  Backend backend{{.api_url = "https://api.clerk.test", .secret_key = SecretKey::parse(canary).value()}, test.ports};

  // Runs a call to its end, however often it pauses.
  BackendResult<Session> get_session() {
    std::optional<BackendResult<Session>> result;
    Job job = Job::start(store(backend, result), [](const std::exception_ptr&) {});
    for (int i = 0; i < 100 && !result; ++i) test.clock.advance(200ms);
    REQUIRE(result);
    return *std::move(result);
  }
  static Task<void> store(Backend& backend, std::optional<BackendResult<Session>>& result) {
    result = co_await backend.get_session("sess_1");
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a request carries the headers of clerk.md 3.1") {
  test.fetch.when(session_url).answer(200, std::string{session_body});
  const auto session = get_session();
  REQUIRE(session);
  CHECK(session->user_id == "user_1");
  CHECK(session->is_active());
  const FetchRequest& request = test.fetch.requests().at(0);
  CHECK(*request.headers.find_only("Authorization") == "Bearer sk_test_canary");
  CHECK(*request.headers.find_only("Clerk-API-Version") == "2026-05-12");
  CHECK(*request.headers.find_only("Content-Type") == "application/json");
  CHECK(request.headers.find_only("User-Agent")->starts_with("postern/"));
}

TEST_CASE_FIXTURE(Fixture, "what Clerk's replies mean") {
  struct Row {
    int status;
    std::string_view body;
    BackendError::Kind kind;
    std::string_view code;
  };
  using enum BackendError::Kind;
  for (const auto& [status, body, kind, code] : {
           Row{404, R"({"errors":[{"code":"resource_not_found","message":"x"}]})", not_found, "resource_not_found"},
           Row{410, "", not_found, ""},
           Row{401, R"({"errors":[{"code":"clerk_key_invalid"}]})", bad_secret, "clerk_key_invalid"},
           Row{401, R"({"errors":[{"code":"authentication_invalid"}]})", bad_secret, "authentication_invalid"},
           Row{401, R"({"errors":[{"code":"other"}]})", refused, "other"},
           Row{403, R"({"errors":[{"code":"user_banned"}]})", refused, "user_banned"},
           Row{422, R"({"errors":[]})", refused, ""},
           Row{302, "", refused, ""},
           Row{500, "<html>", unavailable, ""},
           Row{503, R"({"errors":{"code":1}})", unavailable, ""},
           Row{429, R"({"errors":[7]})", unavailable, ""},
           Row{200, "", unavailable, ""},
           Row{200, "<html>", unavailable, ""},
           Row{200, "[]", unavailable, ""},
           Row{200, R"({"id":"sess_1","user_id":7,"status":"active"})", unavailable, ""},
           Row{200, R"({"id":"sess_1","user_id":"user_1","status":true})", unavailable, ""},
           Row{200, R"({"id":"sess_2","user_id":"user_1","status":"active"})", unavailable, ""},
       }) {
    CAPTURE(status);
    CAPTURE(body);
    test.fetch.when(session_url).answer(status, std::string{body});
    const auto session = get_session();
    REQUIRE_FALSE(session);
    CHECK(session.error().kind == kind);
    CHECK(session.error().code == code);
    CHECK_FALSE(session.error().message.contains(canary));
  }
  CHECK_FALSE(test.log.contains(canary));
}

TEST_CASE_FIXTURE(Fixture, "a failure that may pass is tried three times in all, one that will not only once") {
  test.fetch.when(session_url).answer(500, "").fail(Error::Kind::unavailable).answer(200, std::string{session_body});
  CHECK(get_session());
  CHECK(test.fetch.requests().size() == 3);
  test.fetch.when(session_url).answer(503, "");
  CHECK_FALSE(get_session());
  CHECK(test.fetch.requests().size() == 6);
  test.fetch.when(session_url).answer(404, "");
  CHECK_FALSE(get_session());
  CHECK(test.fetch.requests().size() == 7);
}

TEST_CASE_FIXTURE(Fixture, "Retry-After is honoured while the deadline allows") {
  const TimePoint before = test.clock.now();
  test.fetch.when(session_url).answer(429, "", {{"Retry-After", "4"}}).answer(200, std::string{session_body});
  CHECK(get_session());
  CHECK(test.clock.now() - before >= 4s);

  test.fetch.when(session_url).answer(429, "", {{"Retry-After", "60"}}).answer(200, std::string{session_body});
  const std::size_t requests_before = test.fetch.requests().size();
  CHECK_FALSE(get_session());
  CHECK(test.fetch.requests().size() == requests_before + 1);
}

TEST_CASE_FIXTURE(Fixture, "Retry-After may be a date, which counts from the answer's own, whatever our clock says") {
  const auto waits = [&](const http::HeaderMap& headers) {
    test.fetch.when(session_url).answer(503, "", headers).answer(200, std::string{session_body});
    const TimePoint before = test.clock.now();
    CHECK(get_session());
    return test.clock.now() - before;
  };
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT", later = "Sun, 06 Nov 1994 08:49:42 GMT";
  CHECK(waits({{"Retry-After", later}, {"Date", date}}) >= 5s);
  CHECK(waits({{"Retry-After", date}, {"Date", later}}) < 2s);  // it has passed
  CHECK(waits({{"Retry-After", later}}) < 2s);
  CHECK(waits({{"Retry-After", "Sunday, 06-Nov-94 08:49:42 GMT"}, {"Date", date}}) < 2s);  // no date of today
}

TEST_CASE_FIXTURE(Fixture, "a Clerk that never answers ends with the deadline") {
  test.fetch.when(session_url).hold().answer(200, std::string{session_body});
  const TimePoint before = test.clock.now();
  CHECK(get_session().error().status == 0);
  CHECK(test.clock.now() - before <= 11s);
}

TEST_CASE_FIXTURE(Fixture, "an id is one path segment, whatever is in it") {
  CHECK(run_ready(backend.get_session("..")).error().kind == BackendError::Kind::refused);
  CHECK(run_ready(backend.mint_token("sess_1", "..")).error().kind == BackendError::Kind::refused);
  CHECK(test.fetch.requests().empty());
  test.fetch.when("https://api.clerk.test/v1/sessions/a%2F..%2Fb%3Fc%20d").answer(404, "");
  CHECK(run_ready(backend.get_session("a/../b?c d")).error().kind == BackendError::Kind::not_found);
}

TEST_CASE_FIXTURE(Fixture, "a user whose flags are missing is not taken for a good one") {
  test.fetch.when(user_url).answer(200, R"({"id":"user_1","banned":false,"locked":true,"first_name":"Ada"})");
  const auto user = run_ready(backend.get_user("user_1"));
  REQUIRE(user);
  CHECK(user->first_name == "Ada");
  CHECK(user->locked);
  test.fetch.when(user_url).answer(200, R"({"id":"user_1","locked":false})");
  CHECK_FALSE(run_ready(backend.get_user("user_1")));
}

// The body is that of clerk.md 3.5.
TEST_CASE_FIXTURE(Fixture, "the organizations of a user are asked for once: who waits at a page goes on without them") {
  const std::string url = user_url + "/organization_memberships?limit=100";
  test.fetch.when(url).answer(200, R"({"total_count":2,"data":[
      {"id":"orgmem_1","role":"org:admin","permissions":[],
       "organization":{"object":"organization","id":"org_1","name":"Acme","slug":"acme"}},
      {"id":"orgmem_2","role":"org:member","permissions":[],"organization":{"id":"org_2"}}]})");
  const auto organizations = run_ready(backend.list_organizations("user_1"));
  REQUIRE(organizations);
  REQUIRE(organizations->size() == 2);
  CHECK(organizations->at(0).id == "org_1");
  CHECK(organizations->at(0).name == "Acme");
  CHECK(organizations->at(0).slug == "acme");
  CHECK(organizations->at(1).name == "org_2");
  CHECK(test.fetch.requests().back().timeout <= 5s);
  for (const auto& [status, body] : {std::pair{503, ""},
                                     {429, ""},
                                     {200, "{}"},
                                     {200, R"({"data":[{}]})"},
                                     {200, R"({"data":[{"organization":7}]})"},
                                     {200, R"({"data":{}})"},
                                     {200, "no"},
                                     {404, ""}}) {
    CAPTURE(body);
    const std::size_t before = test.fetch.requests().size();
    test.fetch.when(url).answer(status, body);
    CHECK_FALSE(run_ready(backend.list_organizations("user_1")));
    CHECK(test.fetch.requests().size() == before + 1);
  }
}

TEST_CASE_FIXTURE(Fixture, "a minted token is asked for a minute") {
  const std::string url = "https://api.clerk.test/v1/sessions/sess_1/tokens/my%20app";
  test.fetch.when(http::Method::post, url).answer(200, R"({"object":"token","jwt":"a.b.c"})");
  const auto token = run_ready(backend.mint_token("sess_1", "my app"));
  REQUIRE(token);
  CHECK(token->jwt == "a.b.c");
  CHECK(token->expires_at == test.clock.now() + 60s);
  CHECK(test.fetch.requests().at(0).body == R"({"expires_in_seconds":60})");
  for (std::string_view body : {R"({"jwt":""})", R"({"jwt":7})", "{}", R"({"jwt":"a\r\nX: y"})"}) {
    test.fetch.when(http::Method::post, url).answer(200, std::string{body});
    CHECK_FALSE(run_ready(backend.mint_token("sess_1", "my app")));
  }
}

TEST_CASE_FIXTURE(Fixture, "what a tool asks is repeated only if that can do no harm, and answered as Clerk answers") {
  BackendApi api{backend};
  const auto ask = [&](http::Method method) {
    std::optional<Result<mcp::UpstreamResponse>> result;
    const auto store = [](BackendApi& tools, http::Method verb,
                          std::optional<Result<mcp::UpstreamResponse>>& out) -> Task<void> {
      out = co_await tools.send({}, {.method = verb, .path = "/v1/users/user_1"});
    };
    const Job job = Job::start(store(api, method, result), [](const std::exception_ptr&) {});
    for (int i = 0; i < 100 && !result; ++i) test.clock.advance(200ms);
    REQUIRE(result);
    return *std::move(result);
  };
  test.fetch.when(user_url).answer(429, "", {{"Retry-After", "2"}}).answer(200, R"({"id":"user_1"})");
  const TimePoint before = test.clock.now();
  CHECK(ask(http::Method::get)->body == R"({"id":"user_1"})");
  CHECK(test.clock.now() - before >= 2s);
  test.fetch.when(http::Method::patch, user_url).answer(503, "").answer(200, "");
  CHECK(ask(http::Method::patch)->status == 503);
  test.fetch.when(user_url).answer(422, "why");
  CHECK(ask(http::Method::get)->body == "why");
  test.fetch.when(user_url).answer(401, R"({"errors":[{"code":"clerk_key_invalid"}]})");
  CHECK(ask(http::Method::get).error().kind == Error::Kind::internal);
  test.fetch.when(user_url).fail(Error::Kind::unavailable);
  CHECK(ask(http::Method::get).error().kind == Error::Kind::unavailable);
  CHECK_FALSE(test.log.contains(canary));
}

}  // namespace postern::clerk
