#include "postern/server/rate_limits.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace postern::server {
namespace {

using namespace std::chrono_literals;

const TimePoint start = TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};

http::Request request(std::string target, std::string address = "203.0.113.7") {
  http::Request request{.method = http::Method::post, .target = std::move(target)};
  request.peer_address = std::move(address);
  return request;
}

int allowed_at_once(RateLimits& limits, const std::string& target) {
  int allowed = 0;
  while (allowed < 10'000 && !limits.check_path(request(target), start)) ++allowed;
  return allowed;
}

}  // namespace

TEST_CASE("a bucket gives what it holds at once, and then what comes back") {
  RateLimiter limiter{{.at_once = 3, .refill = 10s}};
  for (int i = 0; i < 3; ++i) CHECK(limiter.take("a", start) == 0s);
  CHECK(limiter.take("a", start) == 10s);
  CHECK(limiter.take("a", start + 4s) == 6s);  // what was refused has cost nothing
  CHECK(limiter.take("a", start + 10s) == 0s);
  CHECK(limiter.take("a", start + 10s) == 10s);
  CHECK(limiter.take("b", start + 10s) == 0s);
  for (int i = 0; i < 3; ++i) CHECK(limiter.take("a", start + 1h) == 0s);  // full again, and no fuller
  CHECK(limiter.take("a", start + 1h) == 10s);
  CHECK(limiter.wait("a", start + 1h) == 10s);
  CHECK(limiter.wait("c", start) == 0s);
}

TEST_CASE("a clock that falls back locks nobody out for longer than a bucket takes to fill") {
  RateLimiter limiter{{.at_once = 2, .refill = 1s}};
  CHECK(limiter.take("a", start) == 0s);
  CHECK(limiter.take("a", start) == 0s);
  CHECK(limiter.take("a", start - 1h) == 1s);
  CHECK(limiter.take("a", start - 1h + 1s) == 0s);
}

TEST_CASE("however many come, memory is bounded, and who has used up the most is forgotten last") {
  RateLimiter limiter{{.at_once = 2, .refill = 1s}, 100};
  CHECK(limiter.take("busy", start) == 0s);
  CHECK(limiter.take("busy", start) == 0s);
  for (int i = 0; i < 10'000; ++i) CHECK(limiter.take("address " + std::to_string(i), start) == 0s);
  CHECK(limiter.take("busy", start) > 0s);
}

TEST_CASE("each class of endpoints has its limit by address, and what is over it is told when to come again") {
  struct Row {
    std::string target;
    int at_once;
  };
  for (const Row& row : {Row{"/register", 20}, Row{"/authorize?client_id=x", 60}, Row{"/token", 600}}) {
    RateLimits limits{RateLimiting::on, {"peer"}};
    CAPTURE(row.target);
    CHECK(allowed_at_once(limits, row.target) == row.at_once);
    const auto refusal = limits.check_path(request(row.target), start);
    REQUIRE(refusal);
    CHECK(refusal->status == 429);
    CHECK(refusal->body.contains("too_many_requests"));
    CHECK(std::stoi(*refusal->headers.find_only("Retry-After")) >= 1);
    CHECK_FALSE(limits.check_path(request(row.target, "203.0.113.8"), start));
    CHECK_FALSE(limits.check_path(request(row.target), start + 30s));
  }
  RateLimits limits{RateLimiting::on, {"peer"}};
  for (std::string_view free : {"/", "/healthz", "/mcp", "/.well-known/oauth-protected-resource", "/webhooks/clerk"})
    CHECK(allowed_at_once(limits, std::string{free}) == 10'000);
}

TEST_CASE("pages share a limit, and so do the endpoints that programs use") {
  RateLimits limits{RateLimiting::on, {"peer"}};
  CHECK(allowed_at_once(limits, "/callback") == 60);
  for (std::string_view page : {"/authorize", "/authorize/consent", "/connections", "/connections/disconnect"})
    CHECK(limits.check_path(request(std::string{page}), start));
  CHECK(allowed_at_once(limits, "/revoke") == 600);
  CHECK(limits.check_path(request("/api/connections"), start));
}

TEST_CASE("a user has a limit over all connections, and each connection its own") {
  RateLimits limits{RateLimiting::on, {}};
  const Principal first{
      .user_id = "user_1", .session_id = {}, .organization_id = {}, .client_id = {}, .grant_id = "g_1", .scopes = {}};
  Principal second = first, third = first, other = first;
  second.grant_id = "g_2";
  third.grant_id = "g_3";
  other.user_id = "user_2";
  other.grant_id = "g_4";
  const auto allowed = [&](const Principal& caller) {
    int count = 0;
    while (count < 10'000 && !limits.check_caller(caller, start)) ++count;
    return count;
  };
  CHECK(allowed(first) == 300);
  CHECK(allowed(second) == 300);
  CHECK(allowed(third) == 0);
  CHECK(allowed(other) == 300);
  CHECK_FALSE(limits.check_caller(first, start + 1s));
}

TEST_CASE("bad tokens are counted by address, and good ones are not held against it") {
  RateLimits limits{RateLimiting::on, {"peer"}};
  for (int i = 0; i < 60; ++i) {
    CHECK_FALSE(limits.check_guessing(request("/mcp"), start));
    limits.count_bad_token(request("/mcp"), start);
  }
  CHECK(limits.check_guessing(request("/mcp"), start)->status == 429);
  CHECK_FALSE(limits.check_guessing(request("/mcp", "203.0.113.8"), start));
  CHECK_FALSE(limits.check_guessing(request("/mcp"), start + 1s));
}

TEST_CASE("at the authorization server a user has a limit over all clients, and a client over all users") {
  RateLimits limits{RateLimiting::on, {}};
  const auto allowed = [&](const std::string& user, std::string_view client) {
    int count = 0;
    while (count < 10'000 && limits.take(user, client, start) == 0s) ++count;
    return count;
  };
  CHECK(allowed("user_1", "client_1") == 60);
  CHECK(allowed("user_1", "client_2") == 0);
  CHECK(allowed("user_1", "") == 60);  // pages are another matter
  CHECK(limits.take("user_1", "client_1", start + 1s) == 0s);
  int of_client = 61;
  for (int user = 2; user < 100; ++user) of_client += allowed("user_" + std::to_string(user), "client_1");
  CHECK(of_client == 600);
  CHECK(allowed("user_100", "client_2") == 60);
  RateLimits off{RateLimiting::off, {}};
  for (int i = 0; i < 1000; ++i) CHECK(off.take("user_1", "client_1", start) == 0s);
}

TEST_CASE("wrong secrets of a client are counted by address, and the client itself is not locked out") {
  RateLimits limits{RateLimiting::on, {"peer"}};
  for (int i = 0; i < 20; ++i) {
    CHECK(limits.wait_after_wrong_secrets(request("/token"), "client_1", start) == 0s);
    limits.count_wrong_secret(request("/token"), "client_1", start);
  }
  CHECK(limits.wait_after_wrong_secrets(request("/token"), "client_1", start) == 10s);
  CHECK(limits.wait_after_wrong_secrets(request("/token"), "client_2", start) == 0s);
  CHECK(limits.wait_after_wrong_secrets(request("/token", "203.0.113.8"), "client_1", start) == 0s);
  CHECK(limits.wait_after_wrong_secrets(request("/token"), "client_1", start + 10s) == 0s);
  RateLimits unknown{RateLimiting::on, {}};
  for (int i = 0; i < 100; ++i) unknown.count_wrong_secret(request("/token"), "client_1", start);
  CHECK(unknown.wait_after_wrong_secrets(request("/token"), "client_1", start) == 0s);
}

TEST_CASE("the address is where the operator says, the last of a list, and else unknown") {
  http::Request from = request("/token", "10.0.0.1");
  from.headers.set("X-Forwarded-For", "198.51.100.1, 203.0.113.7");
  CHECK(ClientAddress{"peer"}.of(from) == "10.0.0.1");
  CHECK(ClientAddress{"X-Forwarded-For"}.of(from) == "203.0.113.7");
  CHECK(ClientAddress{"CF-Connecting-IP"}.of(from).empty());
  CHECK(ClientAddress{}.of(from).empty());
  from.headers.add("X-Forwarded-For", "192.0.2.1");
  CHECK(ClientAddress{"X-Forwarded-For"}.of(from).empty());  // two fields: one of them is not the proxy's
  CHECK(ClientAddress{"peer"}.of(request("/token", "2001:db8::1")) ==
        ClientAddress{"peer"}.of(request("/token", "2001:db8::2:3:4:5")));
  CHECK(ClientAddress{"peer"}.of(request("/token", "2001:db8::1")) !=
        ClientAddress{"peer"}.of(request("/token", "2001:db8:0:1::1")));
  RateLimits unknown{RateLimiting::on, {}};
  CHECK(allowed_at_once(unknown, "/register") == 10'000);
  RateLimits off{RateLimiting::off, {"peer"}};
  CHECK(allowed_at_once(off, "/register") == 10'000);
}

// Threat 43.
TEST_CASE("a user has so many streams at one time, and another user is not concerned") {
  struct Silent final : http::BodyStream {
    Task<std::optional<std::string>> next() override { co_return std::nullopt; }
  };
  Principal ada{.user_id = "user_ada", .grant_id = "grant_1"}, grace{.user_id = "user_grace", .grant_id = "grant_2"};
  for (const RateLimiting limiting : {RateLimiting::on, RateLimiting::off}) {
    RateLimits limits{limiting, {}};
    std::vector<std::unique_ptr<http::BodyStream>> streams;
    for (int i = 0; i < 128; ++i) {
      CHECK_FALSE(limits.check_caller(ada, start));
      streams.push_back(limits.count_stream(std::make_unique<Silent>(), ada));
    }
    const auto refused = limits.check_caller(ada, start);
    CHECK(refused.has_value() == (limiting == RateLimiting::on));
    if (refused) CHECK(refused->status == 429);
    CHECK_FALSE(limits.check_caller(grace, start));
    streams.pop_back();
    CHECK_FALSE(limits.check_caller(ada, start));
  }
}

}  // namespace postern::server
