#include <doctest/doctest.h>

#include <algorithm>

#include "postern/oauth/testing/flow.hpp"

// The step after the sign-in (docs/decisions/0015). Threats 10, 12 and 13 are about it as much as about the page
// before.
namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

const Organization acme{.id = "org_1", .name = "Acme", .slug = "acme"};
const Organization globex{.id = "org_2", .name = "Globex <&> Sons", .slug = "globex"};

struct Fixture {
  Fixture() { flow.sign_in.organizations = {acme, globex}; }

  // What the browser sees when it comes back from the sign-in.
  http::Response come_back(Browser& from, bool remember = false) {
    const std::string page = flow.consent_handle(client, from);
    uri::Form form{{"handle", page}, {"decision", "approve"}};
    if (remember) form.add("remember", "yes");
    return come_back(from, flow.post_form("/authorize/consent", form, &from));
  }
  http::Response come_back(Browser& from, const http::Response& away) {
    const uri::Form proven{{"state", location_parameter(away, "state")}, {"clerk_token", proof}};
    http::Response back = flow.get("/callback?" + proven.serialize(), &from);
    cookie = header(back, "Set-Cookie");
    address = location(back);
    if (!address.starts_with(page_address)) return back;
    return flow.get(address.substr(issuer.size()), &from);
  }
  std::string choice_handle(Browser& from) { return handle_in(come_back(from)); }
  http::Response choose(std::string_view handle, std::string_view organization, Browser& from,
                        std::string_view decision = "approve") {
    return flow.post_form("/authorize/organization",
                          {{"handle", handle}, {"organization", organization}, {"decision", decision}}, &from);
  }
  static std::string handle_in(const http::Response& page) {
    constexpr std::string_view before = "name=\"handle\" value=\"";
    const std::size_t begin = page.body.find(before);
    return begin == std::string::npos ? std::string{} : page.body.substr(begin + before.size(), 43);
  }
  std::vector<std::string> keys(std::string_view prefix) const {
    std::vector<std::string> found;
    for (const auto& [key, entry] : flow.host.store.records())
      if (key.starts_with(prefix)) found.push_back(key);
    return found;
  }
  // The grant that the last code is for.
  std::string grant() const {
    for (const auto& [key, entry] : flow.host.store.records())
      if (key.starts_with("grant/")) return entry.value;
    return {};
  }

  static constexpr std::string_view page_address = "https://mcp.test/authorize/organization?choice=";

  Flow flow;
  std::string client = flow.register_public();
  Browser browser;
  std::string cookie, address;  // that the callback set, and sent the browser to
};

bool is_choice(const http::Response& page) {
  return page.status == 200 && page.body.contains("action=\"/authorize/organization\"");
}
bool is_code(const http::Response& response) { return !location_parameter(response, "code").empty(); }

}  // namespace

TEST_CASE("who is in several organizations chooses one, and the connection is for that one") {
  Fixture f;
  const http::Response page = f.come_back(f.browser);
  REQUIRE(is_choice(page));
  CHECK(f.keys("grant/").empty());
  CHECK(page.body.contains("as <bdi>Ada &lt;Lovelace&gt;</bdi>"));
  CHECK(page.body.contains("Test Assistant"));
  CHECK(page.body.contains("Globex &lt;&amp;&gt; Sons"));
  CHECK(page.body.contains("value=\"org_1\" checked"));  // the one that is active where they signed in
  CHECK_FALSE(page.body.contains("value=\"-\""));

  const http::Response done = f.choose(Fixture::handle_in(page), "org_2", f.browser);
  CHECK(done.status == 303);
  CHECK(location_parameter(done, "state") == "client-state");
  CHECK(location_parameter(done, "iss") == issuer);
  CHECK(f.grant().contains(R"("organization_id":"org_2")"));
  CHECK(f.flow.sign_in.confirmed == 1);  // its rights are those of that membership, of now
  CHECK(f.flow.redeem(f.client, location_parameter(done, "code")).status == 200);
  CHECK(f.keys("organization/org_2/").size() == 1);
  CHECK(f.keys("user/user_1/org_2/").size() == 1);
}

TEST_CASE("the page is as safe as the one before: no script, no frame, a cookie for as long as it lives") {
  Fixture f;
  const http::Response page = f.come_back(f.browser);
  CHECK(header(page, "Content-Security-Policy").contains("default-src 'none'"));
  CHECK(header(page, "Content-Security-Policy").contains("frame-ancestors 'none'"));
  CHECK(header(page, "Cache-Control") == "no-store");
  CHECK(header(page, "Referrer-Policy") == "no-referrer");
  CHECK(f.cookie.starts_with("__Host-postern_signin="));
  for (std::string_view attribute : {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"})
    CHECK(f.cookie.contains(attribute));
}

TEST_CASE("the page has an address of its own, without the proof, and can be loaded again, by its browser alone") {
  Fixture f;
  const http::Response page = f.come_back(f.browser);
  const std::string handle = Fixture::handle_in(page);
  CHECK(f.address == std::string{Fixture::page_address} + handle);
  const std::string target = "/authorize/organization?choice=" + handle;
  CHECK(f.flow.get(target, &f.browser).body == page.body);
  Browser stranger;
  (void)f.come_back(stranger);
  CHECK(f.flow.get(target, &stranger).status == 400);
  CHECK(f.flow.get(target).status == 400);
  for (std::string_view other : {"", "?choice=", "?choice=../consent", "?choice=a&choice=b"})
    CHECK(f.flow.get("/authorize/organization" + std::string{other}, &f.browser).status == 400);
  REQUIRE(is_code(f.choose(handle, "org_2", f.browser)));
  CHECK(f.flow.get(target, &f.browser).status == 400);
}

TEST_CASE("where there is nothing to choose nobody is asked") {
  struct Row {
    std::string active;
    std::vector<Organization> organizations;
    bool asked;
  };
  for (const auto& [active, organizations, asked] :
       {Row{"org_1", {acme}, false}, Row{"org_1", {}, false},  // as when Clerk does not say
        Row{"", {}, false}, Row{"", {acme}, true}, Row{"org_1", {acme, globex}, true}, Row{"org_1", {globex}, true}}) {
    CAPTURE(active);
    CAPTURE(organizations.size());
    Fixture f;
    f.flow.sign_in.organization_id = active;
    f.flow.sign_in.organizations = organizations;
    const http::Response back = f.come_back(f.browser);
    CHECK(is_choice(back) == asked);
    CHECK(is_code(back) != asked);
  }
}

TEST_CASE("who has signed in for themselves may stay that") {
  Fixture f;
  f.flow.sign_in.organization_id = "";
  const http::Response page = f.come_back(f.browser);
  REQUIRE(is_choice(page));
  CHECK(page.body.contains("value=\"-\" checked"));
  CHECK(page.body.contains("Your own account"));
  REQUIRE(is_code(f.choose(Fixture::handle_in(page), "-", f.browser)));
  CHECK(f.grant().contains(R"("organization_id":"")"));
}

TEST_CASE("nothing but what was offered can be chosen, and the page stays usable") {
  Fixture f;
  const std::string handle = f.choice_handle(f.browser);
  for (std::string_view other : {"org_3", "-", "", "org_1/", "ORG_1"}) {
    CAPTURE(other);
    CHECK(f.choose(handle, other, f.browser).status == 400);
  }
  const uri::Form none{{"handle", handle}, {"decision", "approve"}};
  CHECK(f.flow.post_form("/authorize/organization", none, &f.browser).status == 400);
  const uri::Form both{
      {"handle", handle}, {"organization", "org_1"}, {"organization", "org_2"}, {"decision", "approve"}};
  CHECK(f.flow.post_form("/authorize/organization", both, &f.browser).status == 400);
  CHECK(f.keys("grant/").empty());
  CHECK(is_code(f.choose(handle, "org_2", f.browser)));
}

TEST_CASE("a membership that ended while the page was open gives no code, and another can be chosen") {
  Fixture f;
  const std::string handle = f.choice_handle(f.browser);
  f.flow.sign_in.confirm_fails = Error{Error::Kind::unauthorized, "no member"};
  CHECK(f.choose(handle, "org_2", f.browser).status == 400);
  f.flow.sign_in.confirm_fails = Error{Error::Kind::unavailable, "Clerk is down"};
  CHECK(f.choose(handle, "org_1", f.browser).status == 503);
  CHECK(f.keys("grant/").empty());
  f.flow.sign_in.confirm_fails.reset();
  f.flow.throttle.wait = 5s;
  CHECK(f.choose(handle, "org_1", f.browser).status == 429);
  f.flow.throttle.wait = 0s;
  CHECK(is_code(f.choose(handle, "org_1", f.browser)));
}

TEST_CASE("another browser, or another site's page, chooses nothing") {
  Fixture f;
  const std::string handle = f.choice_handle(f.browser);
  Browser stranger;
  (void)f.come_back(stranger);
  CHECK(f.choose(handle, "org_2", stranger).status == 400);
  CHECK(f.flow
            .post_form("/authorize/organization",
                       {{"handle", handle}, {"organization", "org_2"}, {"decision", "approve"}})
            .status == 400);
  for (std::string_view site : {"cross-site", "same-site", "none", ""}) {
    CAPTURE(site);
    http::Request request{.method = http::Method::post, .target = "/authorize/organization"};
    request.body = uri::Form{{"handle", handle}, {"organization", "org_2"}, {"decision", "approve"}}.serialize();
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.headers.set("Cookie", f.browser.header());
    if (!site.empty()) request.headers.set("Sec-Fetch-Site", site);
    CHECK(f.flow.send(std::move(request)).status == 400);
  }
  CHECK(f.keys("grant/").empty());
  CHECK(is_code(f.choose(handle, "org_2", f.browser)));
}

TEST_CASE("the page works once, for ten minutes, and for what is pressed on it") {
  Fixture f;
  const std::string used = f.choice_handle(f.browser), old = f.choice_handle(f.browser),
                    denied = f.choice_handle(f.browser);
  REQUIRE(is_code(f.choose(used, "org_2", f.browser)));
  CHECK(f.choose(used, "org_2", f.browser).status == 400);
  CHECK(f.choose(used, "org_1", f.browser).status == 400);

  const http::Response refused = f.choose(denied, "org_1", f.browser, "deny");
  CHECK(location_parameter(refused, "error") == "access_denied");
  CHECK(location_parameter(refused, "state") == "client-state");
  CHECK(f.choose(denied, "org_1", f.browser).status == 400);
  CHECK(f.choose(old, "org_1", f.browser, "maybe").status == 400);

  f.flow.host.clock.advance(10min);
  CHECK(f.choose(old, "org_1", f.browser).status == 400);
  CHECK(f.keys("grant/").size() == 1);
}

TEST_CASE("of many presses at once one has a code") {
  Fixture f;
  const std::string handle = f.choice_handle(f.browser);
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) {
    CAPTURE(seed);
    http::Request request{.method = http::Method::post, .target = "/authorize/organization"};
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.headers.set("Origin", issuer);
    request.headers.set("Cookie", f.browser.header());
    const std::string each = seed == 1 ? handle : f.choice_handle(f.browser);
    request.body = uri::Form{{"handle", each}, {"organization", "org_2"}, {"decision", "approve"}}.serialize();
    CHECK(std::ranges::count_if(f.flow.send_together(std::vector(8, request), seed), is_code) == 1);
  }
}

TEST_CASE("consent is remembered for the organization that was chosen, and for no other") {
  Fixture f;
  const http::Response page = f.come_back(f.browser, true);
  REQUIRE(is_code(f.choose(Fixture::handle_in(page), "org_2", f.browser)));
  CHECK(f.keys("remembered_consent/user_1/org_2/").size() == 1);
  CHECK(f.keys("remembered_consent/").size() == 1);
  const auto go = [&] {
    http::Request request{.method = http::Method::get, .target = Flow::authorize_target(f.client)};
    request.headers.set("Cookie", f.browser.header());
    request.headers.set("Sec-Fetch-Site", "none");
    request.headers.set("Sec-Fetch-Mode", "navigate");
    request.headers.set("Sec-Fetch-Dest", "document");
    http::Response away = f.flow.send(std::move(request));
    f.browser.keep(away);
    return f.come_back(f.browser, away);
  };

  SUBCASE("it is active now: nothing is asked") {
    f.flow.sign_in.organization_id = "org_2";
    CHECK(is_code(go()));
  }
  SUBCASE("another one is active now: it has to be confirmed") {
    const http::Response confirmation = go();
    REQUIRE(is_choice(confirmation));
    CHECK(confirmation.body.contains("value=\"org_2\" checked"));
    CHECK(is_code(f.choose(Fixture::handle_in(confirmation), "org_2", f.browser)));
  }
  SUBCASE("for another one the consent page comes") {
    const http::Response asked = f.choose(Fixture::handle_in(go()), "org_1", f.browser);
    CHECK(asked.status == 200);
    CHECK(asked.body.contains("action=\"/authorize/consent\""));
    CHECK_FALSE(is_code(asked));
  }
  SUBCASE("a connection for another organization ends, and it stays") {
    const http::Response other = f.come_back(f.browser);
    const http::Response tokens =
        f.flow.redeem(f.client, location_parameter(f.choose(Fixture::handle_in(other), "org_1", f.browser), "code"));
    (void)f.flow.post_form("/revoke", {{"client_id", f.client}, {"token", member(tokens, "refresh_token")}});
    CHECK(f.keys("remembered_consent/user_1/org_2/").size() == 1);
  }
}

TEST_CASE("who acts as the user still does after the choice, and remembers nothing") {
  Fixture f;
  f.flow.sign_in.actor = "user_support";
  const http::Response page = f.come_back(f.browser, true);
  REQUIRE(is_code(f.choose(Fixture::handle_in(page), "org_2", f.browser)));
  CHECK(f.grant().contains(R"("actor":"user_support")"));
  CHECK(f.keys("remembered_consent/").empty());
}

TEST_CASE("who comes to see their connections is not asked for an organization") {
  Fixture f;
  const http::Response away = f.flow.get("/connections", &f.browser);
  CHECK(location(f.come_back(f.browser, away)) == "https://mcp.test/connections");
}

TEST_CASE("a store that fails gives no code") {
  Fixture f;
  const std::string handle = f.choice_handle(f.browser);
  f.flow.host.store.fail_with(Error{Error::Kind::unavailable, "disk full"});
  CHECK(f.choose(handle, "org_2", f.browser).status == 503);
}

}  // namespace postern::oauth
