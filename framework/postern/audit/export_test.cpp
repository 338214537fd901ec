#include "postern/audit/export.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "postern/testing/test_ports.hpp"

namespace postern::audit {
namespace {

using namespace std::chrono_literals;

http::Request ask(std::string query) {
  return {.method = http::Method::get, .target = "/api/audit?" + std::move(query)};
}

}  // namespace

TEST_CASE("the reader's key opens the log, and nothing else does") {
  testing::TestPorts test;
  const Keys keys = Keys::derive(test.crypto, Secret{std::string(32, 's')});
  // HKDF-SHA-256 by Node's crypto.
  const std::string key = "sJhqZzpsQ_kqV0tcTgJsABOdoNtbCCW5gcNqzb_-UNM";
  http::Request request = ask("user=user_1");
  CHECK_FALSE(is_reader(keys, request));
  for (const std::string& wrong : {std::string{"Bearer "}, "Bearer " + key.substr(1), "Bearer x" + key, "Basic " + key,
                                   "Bearer " + key + " x", "Bearer " + std::string(32, 's')}) {
    request.headers.set("Authorization", wrong);
    CHECK_FALSE(is_reader(keys, request));
  }
  request.headers.set("Authorization", "Bearer " + key);
  CHECK(is_reader(keys, request));
}

TEST_CASE("records go out as they are stored, page by page, of one user or one day") {
  testing::TestPorts test;
  const TimePoint until = test.clock.now() + 1h;
  for (std::uint64_t i = 1; i <= 20; ++i)
    (void)run_ready(test.store.put(record_key("user_1", i), "r" + std::to_string(i), until));
  (void)run_ready(test.store.put("audit/user_1/tip", "tip", until));
  (void)run_ready(test.store.put("audit/user_10/b0000000001", "other", until));
  (void)run_ready(test.store.put("audit_user/2030-01-01/user_1", "1", until));
  const http::Response first = run_ready(export_records(test.ports, ask("user=user_1")));
  CHECK(first.status == 200);
  CHECK(*first.headers.find("Cache-Control") == "no-store");
  const auto page = json::parse(first.body);
  REQUIRE(page);
  CHECK(page->at("records").as_array().size() == 16);
  CHECK(page->at("more") == true);
  CHECK(page->at("records").at(0) ==
        json::Value(json::Object{
            {"key", "audit/user_1/b0000000001"}, {"value", "r1"}, {"expires_at", until.time_since_epoch().count()}}));
  const auto rest =
      json::parse(run_ready(export_records(test.ports, ask("user=user_1&after=audit%2Fuser_1%2Fb0000000016"))).body);
  REQUIRE(rest);
  CHECK(rest->at("records").as_array().size() == 5);
  CHECK(rest->at("records").at(4).at("value") == "tip");
  CHECK(rest->at("more") == false);
  CHECK(run_ready(export_records(test.ports, ask("day=2030-01-01"))).body.contains("audit_user/2030-01-01/user_1"));
  CHECK(test.log.contains("audit.read"));
  CHECK_FALSE(test.log.contains("user_1"));
}

TEST_CASE("no question reaches anything but the log, and a store that is down is said to be") {
  testing::TestPorts test;
  (void)run_ready(test.store.put("grant/g1/x", "canary", test.clock.now() + 1h));
  for (std::string_view query :
       {"", "user=", "day=", "user=a&day=b", "user=a%2Fb", "user=..%2F..%2Fgrant", "user=a&user=b", "user=%00",
        "user=a&after=grant%2Fg1", "user=a&after=audit%2Fb%2Fb0000000001", "grant=g1", "%zz"}) {
    const http::Response refused = run_ready(export_records(test.ports, ask(std::string{query})));
    CHECK(refused.status == 400);
    CHECK_FALSE(refused.body.contains("canary"));
  }
  test.store.fail_with(Error{Error::Kind::unavailable, "secret reason"});
  const http::Response down = run_ready(export_records(test.ports, ask("user=user_1")));
  CHECK(down.status == 503);
  CHECK_FALSE(down.body.contains("secret reason"));
}

}  // namespace postern::audit
