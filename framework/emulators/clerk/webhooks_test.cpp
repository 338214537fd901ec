#include "emulators/clerk/webhooks.hpp"

#include <doctest/doctest.h>

#include "emulators/clerk/test_emulator.hpp"

using namespace postern;
using namespace postern::emulator;

namespace {

constexpr std::string_view url = "http://localhost:8788/webhooks/clerk";

Settings with_webhooks() {
  Settings settings;
  settings.webhook_url = url;
  settings.webhook_secret = "whsec_YSBzaWduaW5nIHNlY3JldCBmb3IgdGhlIHRlc3Rz";
  return settings;
}

struct Listener {
  TestEmulator clerk{with_webhooks()};
  Listener() { clerk.fetch.when(http::Method::post, std::string{url}).answer(204, ""); }

  // The types of what was sent, in order.
  std::vector<std::string> types() {
    std::vector<std::string> types;
    for (const FetchRequest& request : clerk.fetch.requests())
      types.push_back(text_of(json::parse(request.body)->as_object().at("type")));
    return types;
  }
};

}  // namespace

// That Clerk's own package takes them is shown in tests/fidelity.
TEST_CASE("what happens to sessions, users and organizations is told, once each") {
  Listener listener;
  TestEmulator& clerk = listener.clerk;
  const std::string first = clerk.start_session(ada), second = clerk.start_session(ada);
  clerk.post("/v1/sessions/" + first + "/revoke");
  clerk.post("/v1/sessions/" + first + "/revoke");  // it is over already
  CHECK(listener.types() == std::vector<std::string>{"session.revoked"});
  clerk.post("/v1/users/" + std::string{ada} + "/ban");
  CHECK(listener.types() == std::vector<std::string>{"session.revoked", "session.revoked", "user.updated"});
  clerk.send(http::Method::delete_, "/v1/users/" + std::string{grace});
  clerk.send(http::Method::delete_, "/v1/organizations/acme/memberships/" + std::string{ada});
  clerk.send(http::Method::delete_, "/v1/organizations/acme");
  const auto types = listener.types();
  REQUIRE(types.size() == 6);
  CHECK(types[3] == "user.deleted");
  CHECK(types[4] == "organizationMembership.deleted");
  CHECK(types[5] == "organization.deleted");
}

TEST_CASE("how each delivery was answered can be looked up") {
  Listener listener;
  const std::string session = listener.clerk.start_session(ada);
  listener.clerk.fetch.when(http::Method::post, std::string{url}).answer(503, "").fail(Error::Kind::unavailable);
  listener.clerk.post("/__emulator/sessions/" + session + "/end");
  listener.clerk.post("/v1/users/" + std::string{ada} + "/ban");
  const json::Value answer = listener.clerk.get("/__emulator/deliveries").json();
  const json::Array& deliveries = answer.as_object().at("deliveries").as_array();
  REQUIRE(deliveries.size() == 2);
  CHECK(deliveries[0].as_object().at("type") == "session.ended");
  CHECK(deliveries[0].as_object().at("status") == 503);
  CHECK(deliveries[1].as_object().at("status") == 0);
}

TEST_CASE("without a listener nothing is sent") {
  TestEmulator clerk;
  clerk.post("/v1/users/" + std::string{ada} + "/ban");
  CHECK(clerk.fetch.requests().empty());
  CHECK(clerk.emulator.world().events.empty());
}
