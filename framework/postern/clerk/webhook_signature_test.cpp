#include "postern/clerk/webhook_signature.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "postern/testing/test_ports.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

// Signed with the npm package standardwebhooks 1.1.1.
constexpr std::string_view secret_text = "whsec_YSBzaWduaW5nIHNlY3JldCBmb3IgdGhlIHRlc3Rz";
constexpr std::string_view body = R"({"data":{"id":"user_1"},"object":"event","type":"user.deleted"})";
constexpr std::string_view signature = "v1,MDJzV4MnrBackPGJhz+T9Tt0+cmYbPc4NA01ieKbxks=";
constexpr std::string_view umlaut_signature = "v1,BW3Ytr5grI49MSe8NI/7nLQ00C/4vItk5NwDc+GrP/Q=";
constexpr TimePoint signed_at{1767225600s};

http::Request delivery(std::string_view signatures = signature) {
  http::Request request{.method = http::Method::post, .target = "/webhooks/clerk", .body = std::string{body}};
  request.headers = {{"svix-id", "msg_1"}, {"svix-timestamp", "1767225600"}, {"svix-signature", signatures}};
  return request;
}

struct Fixture {
  testing::TestPorts test;
  WebhookSecret secret = WebhookSecret::parse(secret_text).value();

  bool accepts(const http::Request& request, TimePoint now = signed_at) {
    return verify_webhook(test.crypto, secret, request, now).has_value();
  }
};

}  // namespace

TEST_CASE("a delivery signed by another implementation is taken") {
  Fixture fixture;
  const auto verified = verify_webhook(fixture.test.crypto, fixture.secret, delivery(), signed_at);
  REQUIRE(verified);
  CHECK(verified->id == "msg_1");
  CHECK(verified->sent_at == signed_at);
  http::Request other = delivery(umlaut_signature);
  other.body = "caf\xc3\xa9 \xe2\x98\x95";
  CHECK(fixture.accepts(other));
}

TEST_CASE("one good signature of several is enough, as while the secret is being changed") {
  Fixture fixture;
  const std::string good{signature};
  CHECK(fixture.accepts(delivery("v1,AAAA " + good)));
  CHECK(fixture.accepts(delivery(good + " v1,AAAA")));
  CHECK(fixture.accepts(delivery("v1a,AAAA  " + good)));
  for (const std::string& list :
       {std::string{}, std::string{"v1,"}, "v2," + good.substr(3), good.substr(3), "v1," + good, good + ",",
        good.substr(0, good.size() - 1), std::string{"v1,AAAA v1,BBBB"}})
    CHECK_FALSE(fixture.accepts(delivery(list)));
}

TEST_CASE("whatever is signed may not change") {
  Fixture fixture;
  const auto with = [](std::string_view name, std::string_view value) {
    http::Request request = delivery();
    request.headers.set(name, value);
    return request;
  };
  CHECK_FALSE(fixture.accepts(with("svix-id", "msg_2")));
  CHECK_FALSE(fixture.accepts(with("svix-timestamp", "1767225601")));
  CHECK_FALSE(fixture.accepts(with("svix-timestamp", "+1767225600")));
  CHECK_FALSE(fixture.accepts(with("svix-timestamp", "1767225600.0")));
  CHECK_FALSE(fixture.accepts(with("svix-timestamp", "")));
  CHECK_FALSE(fixture.accepts(with("svix-timestamp", "99999999999999999999")));
  CHECK_FALSE(fixture.accepts(with("svix-timestamp", "9223372036854775807")));
  http::Request changed = delivery();
  changed.body += ' ';
  CHECK_FALSE(fixture.accepts(changed));
  const auto other = WebhookSecret::parse("whsec_b3RoZXIgc2VjcmV0IGZvciB0aGUgdGVzdHM=").value();
  CHECK_FALSE(verify_webhook(fixture.test.crypto, other, delivery(), signed_at));
}

TEST_CASE("each of the three headers is there once") {
  Fixture fixture;
  for (std::string_view name : {"svix-id", "svix-timestamp", "svix-signature"}) {
    http::Request without = delivery();
    without.headers.remove(name);
    CHECK_FALSE(fixture.accepts(without));
    http::Request twice = delivery();
    twice.headers.add(name, *twice.headers.find(name));
    CHECK_FALSE(fixture.accepts(twice));
  }
  http::Request renamed = delivery();  // Clerk's verifyWebhook reads svix-* alone (clerk.md 3.11)
  renamed.headers = {{"webhook-id", "msg_1"}, {"webhook-timestamp", "1767225600"}, {"webhook-signature", signature}};
  CHECK_FALSE(fixture.accepts(renamed));
}

TEST_CASE("a delivery is good for five minutes, before and after") {
  Fixture fixture;
  for (auto [offset, good] : {std::pair{-301s, false}, {-300s, true}, {0s, true}, {300s, true}, {301s, false}})
    CHECK(fixture.accepts(delivery(), signed_at + offset) == good);
}

TEST_CASE("a secret that is none is refused, and not repeated") {
  for (std::string_view text : {"", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all, is it?", "sk_test_canary"}) {
    const auto secret = WebhookSecret::parse(text);
    REQUIRE_FALSE(secret);
    CHECK_FALSE(secret.error().message.contains("canary"));
  }
  CHECK(WebhookSecret::parse(secret_text.substr(6)));  // the prefix may be left out (clerk.md 3.11)
}

}  // namespace postern::clerk
