#include "postern/clerk/issued_token.hpp"

#include <doctest/doctest.h>

#include "postern/base/time.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

const TimePoint now = TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};
const std::int64_t in_a_minute = (now + 1min).time_since_epoch().count();

json::Object merge(json::Object base, const json::Object& changes) {
  for (const auto& [name, value] : changes) base[name] = value;
  return base;
}
// The examples of clerk.md 3.9 and 3.10.
json::Object api_key(const json::Object& changes = {}) {
  return merge({{"object", "api_key"},
                {"id", "ak_0123456789abcdef0123456789abcdef"},
                {"type", "api_key"},
                {"subject", "user_1"},
                {"name", "ci"},
                {"claims", nullptr},
                {"scopes", {"orders:read"}},
                {"revoked", false},
                {"revocation_reason", nullptr},
                {"expired", false},
                {"expiration", nullptr}},
               changes);
}
json::Object m2m_token(const json::Object& changes = {}) {
  return merge({{"object", "machine_to_machine_token"},
                {"id", "mt_0123456789abcdef0123456789abcdef"},
                {"subject", "mch_caller"},
                {"claims", json::Object{{"scope", "orders:read orders:write"}}},
                {"scopes", {"mch_server"}},
                {"revoked", false},
                {"expired", false},
                {"expiration", in_a_minute}},
               changes);
}
json::Object oauth_token(const json::Object& changes = {}) {
  return merge({{"object", "clerk_idp_oauth_access_token"},
                {"id", "oat_0123456789abcdef0123456789abcdef"},
                {"type", "oauth:access_token"},
                {"client_id", "client_1"},
                {"subject", "user_1"},
                {"scopes", {"orders:read"}},
                {"aud", {"https://mcp.test/mcp"}},
                {"revoked", false},
                {"expired", false},
                {"expiration", in_a_minute / 1000}},
               changes);
}

}  // namespace

TEST_CASE("a token is told by its looks (clerk.md 4.2)") {
  CHECK(kind_of("ak_x") == TokenKind::api_key);
  CHECK(kind_of("mt_x") == TokenKind::m2m_token);
  CHECK(kind_of("oat_x") == TokenKind::oauth_token);
  for (std::string_view other : {"", "pat_x", "AK_x", "sk_test_x", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.e30.x"})
    CHECK_FALSE(kind_of(other));
}

TEST_CASE("what Clerk answers for a good token is read") {
  const auto key = read_api_key(api_key(), now);
  REQUIRE(key);
  CHECK(key->subject == "user_1");
  CHECK(key->scopes == std::vector<std::string>{"orders:read"});
  CHECK_FALSE(key->expires_at);
  CHECK(read_api_key(api_key({{"subject", "org_1"}}), now));

  const auto machine = read_m2m_token(m2m_token(), now);
  REQUIRE(machine);
  CHECK(machine->audience == std::vector<std::string>{"mch_server"});
  CHECK(machine->scopes == std::vector<std::string>{"orders:read", "orders:write"});
  CHECK(machine->expires_at == now + 1min);
  CHECK(read_m2m_token(m2m_token({{"claims", nullptr}}), now)->scopes.empty());

  const auto oauth = read_oauth_token(oauth_token(), now);
  REQUIRE(oauth);
  CHECK(oauth->client_id == "client_1");
  CHECK(oauth->audience == std::vector<std::string>{"https://mcp.test/mcp"});
  CHECK(oauth->expires_at == now + 1min);  // seconds, where the other two count milliseconds
}

TEST_CASE("200 does not mean good: each member must be there and say so (clerk.md 3.9, the trap)") {
  struct Row {
    std::string_view name;
    json::Value value;
  };
  for (const Row& row : {
           Row{"revoked", true},      Row{"revoked", nullptr},      Row{"revoked", "false"},
           Row{"revoked", 0},         Row{"expired", true},         Row{"expired", nullptr},
           Row{"expired", "false"},   Row{"active", false},         Row{"active", nullptr},
           Row{"object", "session"},  Row{"object", nullptr},       Row{"id", nullptr},
           Row{"id", "sess_1"},       Row{"subject", nullptr},      Row{"subject", ""},
           Row{"subject", "sess_1"},  Row{"scopes", "orders:read"}, Row{"scopes", json::Array{1}},
           Row{"expiration", "soon"}, Row{"expiration", 1.5},       Row{"expiration", -1},
           Row{"expiration", 1},      Row{"expiration", INT64_MAX},
       }) {
    CAPTURE(row.name);
    CAPTURE(json::serialize(row.value));
    const json::Object change{{row.name, row.value}};
    CHECK_FALSE(read_api_key(api_key(change), now));
    CHECK_FALSE(read_m2m_token(m2m_token(change), now));
    CHECK_FALSE(read_oauth_token(oauth_token(change), now));
  }
  for (std::string_view missing : {"object", "id", "subject", "revoked", "expired", "expiration"}) {
    CAPTURE(missing);
    json::Object key = api_key(), machine = m2m_token(), oauth = oauth_token();
    for (json::Object* object : {&key, &machine, &oauth}) object->erase(missing);
    CHECK_FALSE(read_api_key(key, now));
    CHECK_FALSE(read_m2m_token(machine, now));
    CHECK_FALSE(read_oauth_token(oauth, now));
  }
  CHECK_FALSE(read_oauth_token(json::Object{{"active", false}}, now));
  CHECK_FALSE(read_api_key(json::Array{}, now));
}

TEST_CASE("one kind does not pass for another") {
  CHECK_FALSE(read_api_key(oauth_token(), now));
  CHECK_FALSE(read_oauth_token(api_key(), now));
  CHECK_FALSE(read_m2m_token(api_key(), now));
  CHECK_FALSE(read_api_key(api_key({{"subject", "mch_1"}}), now));
  CHECK_FALSE(read_m2m_token(m2m_token({{"subject", "user_1"}}), now));
  CHECK_FALSE(read_m2m_token(m2m_token({{"claims", "orders:read"}}), now));
  CHECK_FALSE(read_oauth_token(oauth_token({{"subject", "org_1"}}), now));
  CHECK_FALSE(read_oauth_token(oauth_token({{"client_id", nullptr}}), now));
  CHECK(read_oauth_token(oauth_token({{"act", json::Object{{"sub", "user_staff"}}}}), now)->actor == "user_staff");
  CHECK_FALSE(read_oauth_token(oauth_token({{"act", json::Object{{"iss", "https://dashboard.clerk.com"}}}}), now));
  CHECK(read_oauth_token(oauth_token({{"act", nullptr}}), now)->actor.empty());
  CHECK(read_oauth_token(oauth_token({{"aud", nullptr}}), now)->audience.empty());  // and so for nobody
}

}  // namespace postern::clerk
