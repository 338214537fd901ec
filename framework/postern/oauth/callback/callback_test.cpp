#include <doctest/doctest.h>

#include <tuple>

#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

uri::Form proof_for(std::string_view state) { return {{"state", state}, {"clerk_token", proof}}; }

}  // namespace

TEST_CASE("a proof posted across sites takes the hop, and the browser with the cookie gets a code") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const std::string state = flow.approve(client, browser);
  const http::Response hop = flow.post_form("/callback", proof_for(state));  // SameSite=Lax: no cookie
  CHECK(hop.status == 303);
  REQUIRE(location(hop).starts_with("https://mcp.test/callback?resume="));
  const http::Response done = flow.get(location(hop).substr(issuer.size()), &browser);
  CHECK(done.status == 302);
  CHECK(location(done).starts_with("https://assistant.test/cb?code="));
  CHECK(location_parameter(done, "state") == "client-state");
  CHECK(location_parameter(done, "iss") == issuer);
  CHECK(header(done, "Referrer-Policy") == "no-referrer");
  CHECK(header(done, "Cache-Control") == "no-store");
  REQUIRE(flow.sign_in.returned.size() == 1);
  CHECK(flow.sign_in.returned[0].transport == CallbackTransport::form);
  CHECK(flow.redeem(client, location_parameter(done, "code")).status == 200);
}

TEST_CASE("a proof in the query, or posted with the cookie, needs no hop") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const std::string first = flow.approve(client, browser);
  CHECK(flow.get("/callback?" + proof_for(first).serialize(), &browser).status == 302);
  const std::string second = flow.approve(client, browser);
  CHECK(flow.post_form("/callback", proof_for(second), &browser).status == 303);
  const auto& [by_query, by_form] = std::tie(flow.sign_in.returned.at(0), flow.sign_in.returned.at(1));
  CHECK(by_query.transport == CallbackTransport::query);
  CHECK(by_form.transport == CallbackTransport::form);
  CHECK(by_query.browser == by_form.browser);
}

TEST_CASE("another browser gets nowhere, and takes nothing from the one that began") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser, stranger;
  const std::string state = flow.approve(client, browser);
  (void)flow.approve(client, stranger);
  for (Browser* other : {static_cast<Browser*>(nullptr), &stranger}) {
    const http::Response response = flow.get("/callback?" + proof_for(state).serialize(), other);
    CHECK(response.status == 400);
    CHECK(location(response).empty());
    CHECK(response.body.contains("Start again from your assistant"));
  }
  CHECK(flow.sign_in.returned.empty());
  CHECK(flow.get("/callback?" + proof_for(state).serialize(), &browser).status == 302);
}

TEST_CASE("a state works once, for ten minutes, and only if it is ours") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const std::string used = flow.approve(client, browser);
  const std::string late = flow.approve(client, browser);
  CHECK(flow.get("/callback?" + proof_for(used).serialize(), &browser).status == 302);
  CHECK(flow.get("/callback?" + proof_for(used).serialize(), &browser).status == 400);
  const std::string unknown(43, 'A');
  for (const std::string& query : {std::string{}, proof_for("").serialize(), proof_for("../x").serialize(),
                                   proof_for(unknown).serialize(), proof_for(late).serialize() + "&state=" + late,
                                   std::string{"state=%zz"}, "resume=" + unknown, std::string{"resume=x"}})
    CHECK(flow.get("/callback?" + query, &browser).status == 400);
  CHECK(flow.post_form("/callback", proof_for(unknown)).status == 400);
  flow.host.clock.advance(10min);
  CHECK(flow.get("/callback?" + proof_for(late).serialize(), &browser).status == 400);
}

TEST_CASE("the hop's handle works once, for a minute, and not for a browser without the cookie") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const std::string state = flow.approve(client, browser);
  const std::string first = location(flow.post_form("/callback", proof_for(state))).substr(issuer.size());
  const std::string second = location(flow.post_form("/callback", proof_for(state))).substr(issuer.size());
  CHECK(flow.get(first).status == 400);
  flow.host.clock.advance(60s);
  CHECK(flow.get(second, &browser).status == 400);
  const std::string third = location(flow.post_form("/callback", proof_for(state))).substr(issuer.size());
  CHECK(flow.get(third, &browser).status == 302);
  CHECK(flow.get(third, &browser).status == 400);
}

TEST_CASE("of two callbacks with one state at once one gets a code") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  http::Request request{.method = http::Method::get,
                        .target = "/callback?" + proof_for(flow.approve(client, browser)).serialize()};
  request.headers.set("Cookie", browser.header());
  const auto responses = flow.send_together(std::vector(2, request));
  CHECK(responses[0].status + responses[1].status == 302 + 400);
}

TEST_CASE("a sign-in that is refused ends on a page of ours") {
  Flow flow;
  const std::string client = flow.register_public();
  for (auto [kind, status] : {std::pair{Error::Kind::unauthorized, 400}, std::pair{Error::Kind::forbidden, 403},
                              std::pair{Error::Kind::unavailable, 503}}) {
    Browser browser;
    flow.sign_in.complete_fails = Error{kind, "canary-internal-reason"};
    const http::Response page = flow.get("/callback?" + proof_for(flow.approve(client, browser)).serialize(), &browser);
    CHECK(page.status == status);
    CHECK(location(page).empty());
    CHECK_FALSE(page.body.contains("canary"));
  }
}

}  // namespace postern::oauth
