#include <doctest/doctest.h>

#include <algorithm>
#include <tuple>

#include "postern/oauth/testing/flow.hpp"

// Threats 9 and 11: consent that is remembered, and everything that must have it asked again.
namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

struct Navigation {
  std::string_view site = "none", mode = "navigate", destination = "document";
};

http::Response navigate(Flow& flow, Browser& browser, std::string target, Navigation navigation = {}) {
  http::Request request{.method = http::Method::get, .target = std::move(target)};
  request.headers.set("Cookie", browser.header());
  if (!navigation.site.empty()) request.headers.set("Sec-Fetch-Site", navigation.site);
  if (!navigation.mode.empty()) request.headers.set("Sec-Fetch-Mode", navigation.mode);
  if (!navigation.destination.empty()) request.headers.set("Sec-Fetch-Dest", navigation.destination);
  http::Response response = flow.send(std::move(request));
  browser.keep(response);
  return response;
}

http::Response come_back(Flow& flow, Browser& browser, const std::string& state) {
  return flow.get("/callback?" + uri::Form{{"state", state}, {"clerk_token", proof}}.serialize(), &browser);
}

// Through the page with its box ticked: the code.
std::string connect_and_remember(Flow& flow, Browser& browser, std::string_view client, const uri::Form& changes = {}) {
  const std::string handle = flow.consent_handle(client, browser, changes);
  const http::Response approved = flow.post_form(
      "/authorize/consent", {{"handle", handle}, {"remember", "yes"}, {"decision", "approve"}}, &browser);
  const http::Response back = come_back(flow, browser, location_parameter(approved, "state"));
  REQUIRE(back.status == 302);
  return location_parameter(back, "code");
}

bool is_page(const http::Response& response) { return response.status == 200 && response.body.contains("Approve"); }
bool is_sign_in(const http::Response& response) {
  return response.status == 302 && location(response).starts_with("https://app.test/auth/mcp?");
}

bool any_remembered(const Flow& flow) {
  return std::ranges::any_of(flow.host.store.records(),
                             [](const auto& record) { return record.first.starts_with("remembered_consent/"); });
}

}  // namespace

TEST_CASE("who ticked the box goes to the sign-in without the page, and the client gets a code") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  (void)connect_and_remember(flow, browser, client);
  const http::Response away = navigate(flow, browser, Flow::authorize_target(client));
  REQUIRE(is_sign_in(away));
  CHECK(flow.host.log.contains("consent.remembered"));
  const http::Response back = come_back(flow, browser, location_parameter(away, "state"));
  CHECK(location_parameter(back, "state") == "client-state");
  CHECK(flow.redeem(client, location_parameter(back, "code")).status == 200);
}

TEST_CASE("who did not tick it is asked each time, and so is who refused") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  (void)come_back(flow, browser, flow.approve(client, browser));
  CHECK(is_page(navigate(flow, browser, Flow::authorize_target(client))));
  const std::string handle = flow.consent_handle(client, browser);
  (void)flow.post_form("/authorize/consent", {{"handle", handle}, {"remember", "yes"}, {"decision", "deny"}}, &browser);
  CHECK(is_page(navigate(flow, browser, Flow::authorize_target(client))));
  CHECK_FALSE(any_remembered(flow));
}

TEST_CASE("only somebody who comes by themselves is not asked") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  (void)connect_and_remember(flow, browser, client);
  struct Row {
    Navigation navigation;
    bool asked;
  };
  for (const auto& [navigation, asked] :
       {Row{{"none", "navigate", "document"}, false}, Row{{"same-origin", "navigate", "document"}, false},
        Row{{"same-site", "navigate", "document"}, false}, Row{{"cross-site", "navigate", "document"}, true},
        Row{{"", "", ""}, true}, Row{{"", "navigate", "document"}, true}, Row{{"none", "", "document"}, true},
        Row{{"none", "navigate", ""}, true}, Row{{"none", "navigate", "iframe"}, true},
        Row{{"same-origin", "no-cors", "image"}, true}, Row{{"same-origin", "cors", "empty"}, true},
        Row{{"None", "navigate", "document"}, true}, Row{{"made-up", "navigate", "document"}, true}}) {
    CAPTURE(navigation.site);
    CAPTURE(navigation.mode);
    CAPTURE(navigation.destination);
    const http::Response response = navigate(flow, browser, Flow::authorize_target(client), navigation);
    CHECK(is_page(response) == asked);
    CHECK(is_sign_in(response) != asked);
  }
}

TEST_CASE("it is remembered for this client, redirect URI and scopes, and fewer; a client may have its user asked") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string other = flow.register_public("Another");
  Browser browser;
  (void)connect_and_remember(flow, browser, client, {{"scope", "orders:read"}});
  CHECK(is_sign_in(navigate(flow, browser, Flow::authorize_target(client, {{"scope", "orders:read"}}))));
  CHECK(is_page(navigate(flow, browser, Flow::authorize_target(client))));  // all there is
  CHECK(is_page(navigate(flow, browser, Flow::authorize_target(client, {{"scope", "orders:write"}}))));
  CHECK(is_page(navigate(flow, browser, Flow::authorize_target(other, {{"scope", "orders:read"}}))));
  CHECK(is_page(
      navigate(flow, browser,
               Flow::authorize_target(client, {{"scope", "orders:read"}, {"redirect_uri", "http://127.0.0.1:5/cb"}}))));
  for (std::string_view prompt : {"consent", "login consent", "none", ""}) {
    CAPTURE(prompt);
    const std::string target =
        Flow::authorize_target(client, {{"scope", "orders:read"}}) + "&prompt=" + std::string{prompt};
    CHECK(is_page(navigate(flow, browser, target)));
  }

  (void)connect_and_remember(flow, browser, client);
  CHECK(is_sign_in(navigate(flow, browser, Flow::authorize_target(client))));
  CHECK(is_sign_in(navigate(flow, browser, Flow::authorize_target(client, {{"scope", "orders:write"}}))));
}

// RFC 8252 sec. 8.6: whoever listens there may be anybody.
TEST_CASE("for a program on this computer nothing can be remembered") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const uri::Form loopback{{"redirect_uri", "http://127.0.0.1:5/cb"}};
  const std::string box = "name=\"remember\"";
  CHECK_FALSE(flow.get(Flow::authorize_target(client, loopback), &browser).body.contains(box));
  CHECK(flow.get(Flow::authorize_target(client), &browser).body.contains(box));
  (void)connect_and_remember(flow, browser, client, loopback);
  CHECK_FALSE(any_remembered(flow));
  CHECK(is_page(navigate(flow, browser, Flow::authorize_target(client, loopback))));
}

TEST_CASE("it is this user's, in this organization: anybody else who signs in there is asked first") {
  Flow flow;
  const std::string client = flow.register_public();
  struct Row {
    std::string user_id, organization_id;
  };
  for (const auto& [user_id, organization_id] : {Row{"user_2", "org_1"}, Row{"user_1", "org_2"}, Row{"user_1", ""}}) {
    CAPTURE(user_id);
    CAPTURE(organization_id);
    Browser browser;
    flow.sign_in.user_id = "user_1";
    flow.sign_in.organization_id = "org_1";
    (void)connect_and_remember(flow, browser, client);
    flow.sign_in.user_id = user_id;
    flow.sign_in.organization_id = organization_id;
    const http::Response away = navigate(flow, browser, Flow::authorize_target(client));
    REQUIRE(is_sign_in(away));
    const http::Response page = come_back(flow, browser, location_parameter(away, "state"));
    REQUIRE(is_page(page));
    CHECK(location(page).empty());
    const std::size_t handle = page.body.find("name=\"handle\" value=\"");
    const http::Response approved = flow.decide(page.body.substr(handle + 21, 43), "approve", browser);
    REQUIRE(approved.status == 303);
    const http::Response back = come_back(flow, browser, location_parameter(approved, "state"));
    CHECK_FALSE(location_parameter(back, "code").empty());
  }
}

TEST_CASE("somebody who acts as the user neither makes it nor uses it") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser staff, browser;
  flow.sign_in.actor = "user_staff";
  (void)connect_and_remember(flow, staff, client);
  CHECK_FALSE(any_remembered(flow));

  flow.sign_in.actor.clear();
  (void)connect_and_remember(flow, browser, client);
  flow.sign_in.actor = "user_staff";
  const http::Response away = navigate(flow, browser, Flow::authorize_target(client));
  REQUIRE(is_sign_in(away));
  CHECK(is_page(come_back(flow, browser, location_parameter(away, "state"))));
}

TEST_CASE("another browser of the same user is asked, and so is one whose cookie is not ours") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser, elsewhere;
  (void)connect_and_remember(flow, browser, client);
  CHECK(is_page(navigate(flow, elsewhere, Flow::authorize_target(client))));
  std::string& person = browser.cookies.at("__Host-postern_person");
  CHECK_FALSE(person.contains("user_1"));
  person[person.size() / 2] = person[person.size() / 2] == 'A' ? 'B' : 'A';
  CHECK(is_page(navigate(flow, browser, Flow::authorize_target(client))));
}

TEST_CASE("it ends with a connection of this client, with the user's access, and after 30 days") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string other = flow.register_public("Another");
  Browser browser;
  const http::Response tokens = flow.redeem(client, connect_and_remember(flow, browser, client));
  (void)connect_and_remember(flow, browser, other);
  const auto is_asked = [&](const std::string& id) {
    return is_page(navigate(flow, browser, Flow::authorize_target(id)));
  };

  SUBCASE("the client revokes its token") {
    (void)flow.post_form("/revoke", {{"client_id", client}, {"token", member(tokens, "refresh_token")}});
    CHECK(is_asked(client));
    CHECK_FALSE(is_asked(other));
  }
  SUBCASE("the user disconnects all of them, by the app's page") {
    http::Request request{.method = http::Method::delete_, .target = "/api/connections"};
    request.headers.set("Authorization", "Bearer token-of-user_1");
    REQUIRE(flow.send(std::move(request)).status == 204);
    CHECK(is_asked(client));
    CHECK(is_asked(other));  // though it never redeemed its code
  }
  SUBCASE("a session that its connections rest on has ended") {
    REQUIRE(run_ready(flow.server.revoke_grants(
        {.user_id = "user_1", .session_id = "sess_1", .organization_id = {}, .ended_at = flow.host.clock.now()},
        "session.ended")));
    CHECK(is_asked(client));
  }
  SUBCASE("in the middle of a sign-in that rests on it") {
    const http::Response away = navigate(flow, browser, Flow::authorize_target(client));
    REQUIRE(is_sign_in(away));
    REQUIRE(run_ready(flow.server.revoke_grants(
        {.user_id = "user_1", .session_id = {}, .organization_id = {}, .ended_at = flow.host.clock.now()},
        "user.deleted")));
    CHECK(is_page(come_back(flow, browser, location_parameter(away, "state"))));
  }
  SUBCASE("it is old") {
    flow.host.clock.advance(24h * 30 - 1s);
    CHECK_FALSE(is_asked(client));
    flow.host.clock.advance(1s);
    CHECK(is_asked(client));
  }
}

TEST_CASE("a store that fails answers for nobody: no code without a look") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  (void)connect_and_remember(flow, browser, client);
  const http::Response away = navigate(flow, browser, Flow::authorize_target(client));
  flow.host.store.fail_with(Error{Error::Kind::unavailable, "disk full"});
  const http::Response failed = navigate(flow, browser, Flow::authorize_target(client));
  CHECK(location_parameter(failed, "code").empty());
  CHECK(come_back(flow, browser, location_parameter(away, "state")).status == 503);
}

}  // namespace postern::oauth
