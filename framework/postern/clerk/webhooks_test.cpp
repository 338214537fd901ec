#include "postern/clerk/webhooks.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/oauth/grants.hpp"
#include "postern/oauth/testing/no_sign_in.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

struct Fixture {
  testing::TestPorts test;
  oauth::NoSignIn sign_in;
  oauth::AuthorizationServer server{{.issuer = "https://mcp.test",
                                     .resource = "https://mcp.test/mcp",
                                     .server_name = "Acme",
                                     .server_secret = Secret{std::string_view{"0123456789abcdef0123456789abcdef"}}},
                                    test.ports,
                                    sign_in};
  WebhookSecret secret = WebhookSecret::parse("whsec_YSBzaWduaW5nIHNlY3JldCBmb3IgdGhlIHRlc3Rz").value();
  KeySet keys{"https://clerk.test/.well-known/jwks.json", test.ports};
  InstanceJwts jwts{std::nullopt, keys, test.ports};
  Backend backend{{.api_url = "https://api.clerk.test", .secret_key = SecretKey::parse("sk_test_x").value()},
                  test.ports};
  ClerkTokens tokens{{.accepted = {TokenKind::api_key}}, jwts, backend, test.ports};
  Webhooks webhooks{secret, test.ports, server, tokens};
  oauth::RevokedGrants revoked{test.ports};
  oauth::Grants grants{test.ports, revoked};

  std::string connect(std::string user_id) {
    return run_ready(grants.issue_code({.client_id = "client", .user = {.user_id = std::move(user_id)}}))->grant_id;
  }
  bool stands(const std::string& grant_id) {
    return (*run_ready(grants.find(grant_id)))->grant.state != oauth::GrantState::revoked;
  }
  // Signed as webhook_signature_test.cpp has it from another implementation.
  int receive(std::string_view id, std::string body) {
    const auto now = std::chrono::floor<std::chrono::seconds>(test.clock.now()).time_since_epoch().count();
    const std::string mac =
        test.crypto.hmac_sha256(secret.key().reveal(), concat(id, ".", std::to_string(now), ".", body));
    http::Request request{.method = http::Method::post, .target = "/webhooks/clerk", .body = std::move(body)};
    request.headers = {
        {"svix-id", id}, {"svix-timestamp", std::to_string(now)}, {"svix-signature", "v1," + base64_encode(mac)}};
    return run_ready(webhooks.receive(request)).status;
  }
  std::string deleted(std::string_view user_id) const {
    return concat(R"({"type":"user.deleted","timestamp":)", test.clock.now().time_since_epoch().count(),
                  R"(,"data":{"id":")", user_id, R"("}})");
  }
};

}  // namespace

TEST_CASE("an event ends the connections at once") {
  Fixture fixture;
  const std::string ended = fixture.connect("user_1"), other = fixture.connect("user_2");
  CHECK(fixture.receive("msg_1", fixture.deleted("user_1")) == 204);
  CHECK_FALSE(fixture.stands(ended));
  CHECK(fixture.revoked.contains(ended));
  CHECK(fixture.stands(other));
}

TEST_CASE("what Clerk said of the tokens of a user, or of an organization, is believed no longer") {
  Fixture fixture;
  std::vector<std::string> doubted;
  const auto subscription = fixture.test.bus.subscribe(
      "clerk.subject_ended", [&](std::string_view subject, std::string_view) { doubted.emplace_back(subject); });
  const std::string_view bodies[] = {
      R"({"type":"user.deleted","data":{"id":"user_1"}})",
      R"({"type":"user.updated","data":{"id":"user_2","banned":true}})",
      R"({"type":"user.updated","data":{"id":"user_3","banned":false}})",
      R"({"type":"organization.deleted","data":{"id":"org_1"}})",
      R"({"type":"session.ended","data":{"id":"sess_1","user_id":"user_4"}})",
      R"({"type":"organizationMembership.deleted","data":{"organization":{"id":"org_2"},"public_user_data":{"user_id":"user_5"}}})"};
  int number = 0;
  for (const std::string_view body : bodies) CHECK(fixture.receive(concat("msg_", ++number), std::string{body}) == 204);
  CHECK(doubted == std::vector<std::string>{"user_1", "user_2", "org_1"});
}

TEST_CASE("a changed membership outdates the tokens of its connections, which go on") {
  Fixture fixture;
  const std::string id =
      run_ready(
          fixture.grants.issue_code({.client_id = "client", .user = {.user_id = "user_1", .organization_id = "org_1"}}))
          ->grant_id;
  const Principal before{.grant_id = id, .authorized_until = fixture.test.clock.now() + 10min};
  fixture.test.clock.advance(1s);
  const std::string event =
      R"({"type":"organizationMembership.updated","data":{"organization":{"id":"org_1"},"public_user_data":{"user_id":"user_1"}}})";
  CHECK(fixture.receive("msg_1", event) == 204);
  CHECK(fixture.revoked.refuses(before));
  CHECK(fixture.stands(id));
  CHECK(fixture.receive("msg_2", R"({"type":"organizationMembership.updated","data":{}})") == 400);
}

TEST_CASE("the same event delivered again does nothing") {
  Fixture fixture;
  const std::string event = fixture.deleted("user_1");
  CHECK(fixture.receive("msg_1", event) == 204);
  const std::string later = fixture.connect("user_1");
  CHECK(fixture.receive("msg_1", event) == 204);
  CHECK(fixture.stands(later));
  CHECK(fixture.receive("msg_2", event) == 204);
  CHECK_FALSE(fixture.stands(later));
}

TEST_CASE("an event that is late spares what was connected since") {
  Fixture fixture;
  const std::string event = fixture.deleted("user_1");
  fixture.test.clock.advance(1h);
  const std::string later = fixture.connect("user_1");
  CHECK(fixture.receive("msg_1", event) == 204);
  CHECK(fixture.stands(later));
}

TEST_CASE("what cannot be done now is asked for again, and then it is done") {
  Fixture fixture;
  const std::string id = fixture.connect("user_1");
  fixture.test.store.fail_with(Error{Error::Kind::unavailable, "disk full"});
  CHECK(fixture.receive("msg_1", fixture.deleted("user_1")) == 503);
  fixture.test.store.heal();
  CHECK(fixture.receive("msg_1", fixture.deleted("user_1")) == 204);
  CHECK_FALSE(fixture.stands(id));
}

TEST_CASE("what is not signed, too large or unreadable is refused") {
  Fixture fixture;
  const std::string id = fixture.connect("user_1");
  const http::Request unsigned_request{.method = http::Method::post, .body = fixture.deleted("user_1")};
  CHECK(run_ready(fixture.webhooks.receive(unsigned_request)).status == 401);
  CHECK(fixture.receive("msg_1", std::string(256 * 1024 + 1, ' ')) == 413);
  CHECK(fixture.receive("msg_2", "{}") == 400);
  CHECK(fixture.receive("msg_3", R"({"type":"user.deleted","data":{}})") == 400);
  CHECK(fixture.receive("msg_4", R"({"type":"user.created","data":{"id":"user_1"}})") == 204);
  CHECK(fixture.stands(id));
}

}  // namespace postern::clerk
