#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "postern/base/encoding.hpp"
#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {

using namespace std::chrono_literals;

namespace {

auto approvals(const Flow& flow) {
  return std::ranges::count_if(flow.host.log.lines(),
                               [](const std::string& line) { return line.contains("consent.approved"); });
}

}  // namespace

TEST_CASE("the page says who asks, for what, and where the answer goes") {
  Flow flow;
  const std::string client = flow.register_public();
  const http::Response page = flow.get(Flow::authorize_target(client, {{"scope", "orders:read"}}));
  CHECK(page.status == 200);
  for (std::string_view text : {"calls itself “<bdi>Test Assistant</bdi>”", "see your orders", "Acme Orders",
                                "<p class=\"place\">assistant.test</p>", "signing in to Acme Orders"})
    CHECK(page.body.contains(text));
  CHECK_FALSE(page.body.contains("change your orders"));
  const http::Response local = flow.get(Flow::authorize_target(client, {{"redirect_uri", "http://127.0.0.1:5/cb"}}));
  CHECK(local.body.contains("a program on this computer"));
  CHECK(local.body.contains("class=\"warning\""));
}

TEST_CASE("every page is closed to frames, scripts, caches and referrers") {
  Flow flow;
  const std::string client = flow.register_public();
  for (const std::string& target :
       {Flow::authorize_target(client), std::string{"/authorize"}, std::string{"/callback"}}) {
    const http::Response page = flow.get(target);
    const std::string policy = header(page, "Content-Security-Policy");
    CHECK(policy.contains("default-src 'none'"));
    CHECK(policy.contains("frame-ancestors 'none'"));
    const std::size_t begin = page.body.find("<style>") + 7;
    const std::string style = page.body.substr(begin, page.body.find("</style>") - begin);
    CHECK(policy.contains("style-src 'sha256-" + base64_encode(flow.host.crypto.sha256(style)) + "'"));
    CHECK(header(page, "X-Frame-Options") == "DENY");
    CHECK(header(page, "X-Content-Type-Options") == "nosniff");
    CHECK(header(page, "Referrer-Policy") == "no-referrer");
    CHECK(header(page, "Cache-Control") == "no-store");
    CHECK_FALSE(page.body.contains("<script"));
  }
}

TEST_CASE("markup in what a client says about itself stays text") {
  Flow flow;
  const std::string client = flow.register_public("</bdi><script>alert(1)</script>\"'&");
  const http::Response page = flow.get(Flow::authorize_target(client));
  CHECK_FALSE(page.body.contains("<script"));
  CHECK(page.body.contains("&lt;script&gt;"));
}

TEST_CASE("approval leads to the sign-in, with a cookie that did not exist before") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const std::string handle = flow.consent_handle(client, browser);
  CHECK_FALSE(browser.cookies.contains("__Host-postern_signin"));
  CHECK(flow.host.store.records().size() == 2);  // client and consent
  const http::Response response = flow.decide(handle, "approve", browser);
  CHECK(response.status == 303);
  CHECK(header(response, "Set-Cookie").starts_with("__Host-postern_signin="));
  for (std::string_view attribute : {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"})
    CHECK(header(response, "Set-Cookie").contains(attribute));
  REQUIRE(flow.sign_in.begun.size() == 1);
  CHECK(flow.sign_in.begun[0].callback_url == "https://mcp.test/callback");
  CHECK(flow.sign_in.begun[0].client_name == "Test Assistant");
  CHECK(flow.sign_in.begun[0].state == location_parameter(response, "state"));
}

TEST_CASE("on plain-http loopback the cookie has a bare name and is not Secure") {
  Flow flow{"http://localhost:8788"};
  const http::Response page = flow.get(Flow::authorize_target(flow.register_public()));
  CHECK(header(page, "Set-Cookie").starts_with("postern_consent="));
  CHECK_FALSE(header(page, "Set-Cookie").contains("Secure"));
}

TEST_CASE("denial goes back to the client as access_denied") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const http::Response response = flow.decide(flow.consent_handle(client, browser), "deny", browser);
  CHECK(response.status == 303);
  CHECK(location(response).starts_with("https://assistant.test/cb?"));
  CHECK(location_parameter(response, "error") == "access_denied");
  CHECK(location_parameter(response, "state") == "client-state");
  CHECK(location_parameter(response, "iss") == issuer);
  CHECK(flow.sign_in.begun.empty());
  CHECK(flow.host.log.contains("consent.denied"));
}

TEST_CASE("two tabs can be open, each page works once, and for ten minutes") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const std::string first = flow.consent_handle(client, browser);
  const std::string second = flow.consent_handle(client, browser);
  const std::string third = flow.consent_handle(client, browser);
  CHECK(flow.decide(first, "approve", browser).status == 303);
  CHECK(flow.decide(second, "approve", browser).status == 303);
  CHECK(flow.decide(first, "deny", browser).status == 400);
  flow.host.clock.advance(10min);
  CHECK(flow.decide(third, "approve", browser).status == 400);
}

TEST_CASE("a form from elsewhere, or from another browser, is refused and leaves the page usable") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser, stranger;
  const std::string handle = flow.consent_handle(client, browser);
  (void)flow.consent_handle(client, stranger);
  const uri::Form form{{"handle", handle}, {"decision", "approve"}};
  CHECK(flow.decide(handle, "approve", stranger).status == 400);
  CHECK(flow.post_form("/authorize/consent", form).status == 400);
  struct Row {
    std::string_view origin, site;
    int status;
  };
  for (auto [origin, site, status] :
       {Row{"", "", 400}, Row{"null", "", 400}, Row{"https://evil.test", "", 400}, Row{"null", "cross-site", 400},
        Row{"null", "same-site", 400}, Row{"https://evil.test", "same-origin", 400}, Row{issuer, "cross-site", 400},
        Row{"", "none", 400}, Row{issuer, "", 303}}) {
    CAPTURE(origin);
    CAPTURE(site);
    http::Request request{.method = http::Method::post, .target = "/authorize/consent", .body = form.serialize()};
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.headers.set("Cookie", browser.header());
    if (!origin.empty()) request.headers.set("Origin", origin);
    if (!site.empty()) request.headers.set("Sec-Fetch-Site", site);
    const http::Response response = flow.send(std::move(request));
    CHECK(response.status == status);
    if (status == 400) CHECK(location(response).empty());
  }
}

TEST_CASE("nothing in the form but the handle and the button counts") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const std::string handle = flow.consent_handle(client, browser);
  CHECK(flow.post_form("/authorize/consent", {{"handle", handle}, {"decision", "maybe"}}, &browser).status == 400);
  const http::Response response = flow.post_form(
      "/authorize/consent",
      {{"handle", handle}, {"decision", "deny"}, {"redirect_uri", "https://evil.test/"}, {"scope", "*"}}, &browser);
  CHECK(location(response).starts_with("https://assistant.test/cb?"));
}

TEST_CASE("a double click ends where the first press led, whether or not the browser kept the first answer's cookie") {
  Flow flow;
  const std::string client = flow.register_public();
  for (const bool kept : {true, false}) {
    CAPTURE(kept);
    Browser browser;
    const std::string handle = flow.consent_handle(client, browser);
    Browser second = browser;
    const http::Response once = flow.decide(handle, "approve", browser);
    const http::Response twice = flow.decide(handle, "approve", kept ? browser : second);
    CHECK(twice.status == 303);
    CHECK(location(twice) == location(once));
    CHECK(*twice.headers.find("Set-Cookie") == *once.headers.find("Set-Cookie"));
    CHECK(approvals(flow) == 1);
    flow.host.log.clear();
  }
}

TEST_CASE("a second press opens nothing: not for another browser, not after a refusal, not once the sign-in is done") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser, stranger;
  const std::string handle = flow.consent_handle(client, browser);
  (void)flow.consent_handle(client, stranger);
  REQUIRE(flow.decide(handle, "approve", browser).status == 303);
  CHECK(flow.decide(handle, "approve", stranger).status == 400);
  const std::string state = flow.sign_in.begun.back().state;
  REQUIRE(flow.get("/callback?" + uri::Form{{"state", state}, {"clerk_token", proof}}.serialize(), &browser).status ==
          302);
  CHECK(flow.decide(handle, "approve", browser).status == 400);

  const std::string denied = flow.consent_handle(client, browser);
  REQUIRE(flow.decide(denied, "deny", browser).status == 303);
  CHECK(flow.decide(denied, "approve", browser).status == 400);
}

TEST_CASE("of two presses at once one counts") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const uri::Form form{{"handle", flow.consent_handle(client, browser)}, {"decision", "approve"}};
  http::Request request{.method = http::Method::post, .target = "/authorize/consent", .body = form.serialize()};
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Origin", issuer);
  request.headers.set("Cookie", browser.header());
  const auto responses = flow.send_together(std::vector(2, request));
  CHECK(approvals(flow) == 1);
  for (const http::Response& response : responses) CHECK((response.status == 303 || response.status == 400));
  std::set<std::string> states;
  for (const SignInRequest& begun : flow.sign_in.begun) states.insert(begun.state);
  CHECK(states.size() == 1);
}

}  // namespace postern::oauth
