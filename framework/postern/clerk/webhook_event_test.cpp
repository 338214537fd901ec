#include "postern/clerk/webhook_event.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "postern/base/concat.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint sent_at{1767225600s};

std::string event(std::string_view type, std::string_view data) {
  return concat(R"({"data":)", data, R"(,"object":"event","type":")", type, R"(","timestamp":1767225599123})");
}

}  // namespace

// The shapes are those of clerk.md 3.11, with the members that matter.
TEST_CASE("what each event ends") {
  struct Row {
    std::string_view type, data, user, session, organization;
  };
  for (const auto& [type, data, user, session, organization] : {
           Row{"session.ended", R"({"object":"session","id":"sess_1","user_id":"user_1"})", "user_1", "sess_1", ""},
           Row{"session.removed", R"({"id":"sess_1","user_id":"user_1"})", "user_1", "sess_1", ""},
           Row{"session.revoked", R"({"id":"sess_1","user_id":"user_1"})", "user_1", "sess_1", ""},
           Row{"user.deleted", R"({"id":"user_1","object":"user","deleted":true})", "user_1", "", ""},
           Row{"user.updated", R"({"id":"user_1","banned":true})", "user_1", "", ""},
           Row{"organizationMembership.deleted",
               R"({"id":"orgmem_1","organization":{"id":"org_1"},"public_user_data":{"user_id":"user_1"}})", "user_1",
               "", "org_1"},
           Row{"organization.deleted", R"({"id":"org_1","object":"organization","deleted":true})", "", "", "org_1"},
       }) {
    CAPTURE(type);
    const auto read = parse_webhook_event(event(type, data), sent_at);
    REQUIRE(read);
    REQUIRE(read->ended);
    CHECK(read->type == type);
    CHECK(read->ended->user_id == user);
    CHECK(read->ended->session_id == session);
    CHECK(read->ended->organization_id == organization);
    CHECK(read->ended->ended_at == TimePoint{1767225599123ms});
  }
}

TEST_CASE("an event without a timestamp happened when it was sent") {
  const auto read = parse_webhook_event(R"({"type":"user.deleted","data":{"id":"user_1"}})", sent_at);
  CHECK(read->ended->ended_at == sent_at);
}

TEST_CASE("other events end nothing") {
  for (auto [type, data] : {std::pair{"session.created", R"({"id":"sess_1","user_id":"user_1"})"},
                            {"session.pending", R"({"id":"sess_1","user_id":"user_1"})"},
                            {"user.updated", R"({"id":"user_1","banned":false})"},
                            {"user.updated", R"({"id":"user_1","banned":"true"})"},
                            {"user.created", R"({"id":"user_1","banned":true})"},
                            {"organizationMembership.created", "{}"},
                            {"something.new", "{}"}}) {
    CAPTURE(type);
    const auto read = parse_webhook_event(event(type, data), sent_at);
    REQUIRE(read);
    CHECK_FALSE(read->ended);
    CHECK_FALSE(read->changed);
  }
}

TEST_CASE("a changed membership ends nothing, and says whose it is") {
  const auto read = parse_webhook_event(
      event("organizationMembership.updated",
            R"({"role":"org:admin","organization":{"id":"org_1"},"public_user_data":{"user_id":"user_1"}})"),
      sent_at);
  REQUIRE(read);
  CHECK_FALSE(read->ended);
  REQUIRE(read->changed);
  CHECK(read->changed->user_id == "user_1");
  CHECK(read->changed->organization_id == "org_1");
}

TEST_CASE("an event that lacks what it is about is an error, never an end of everything") {
  for (auto [type, data] : {std::pair{"session.ended", R"({"id":"sess_1"})"},
                            {"session.ended", R"({"user_id":"user_1"})"},
                            {"session.ended", R"({"id":"","user_id":"user_1"})"},
                            {"user.deleted", "{}"},
                            {"user.deleted", "null"},
                            {"user.deleted", R"({"id":7})"},
                            {"organizationMembership.deleted", R"({"organization":{"id":"org_1"}})"},
                            {"organizationMembership.updated", R"({"organization":{"id":"org_1"}})"},
                            {"organizationMembership.updated", R"({"public_user_data":{"user_id":"user_1"}})"},
                            {"organizationMembership.deleted", R"({"public_user_data":{"user_id":"user_1"}})"},
                            {"organization.deleted", "[]"}}) {
    CAPTURE(type);
    CAPTURE(data);
    CHECK_FALSE(parse_webhook_event(event(type, data), sent_at));
  }
  for (std::string_view body : {"", "null", "{}", R"({"type":"user.deleted"})", R"({"data":{"id":"user_1"}})", "{"})
    CHECK_FALSE(parse_webhook_event(body, sent_at));
}

}  // namespace postern::clerk
