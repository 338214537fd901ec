#include <doctest/doctest.h>

#include "postern/oauth/testing/flow.hpp"

// Threat 46: POSTERN_SECRET is replaced, and nobody notices.
namespace postern::oauth {
namespace {

const Secret first{std::string(32, '1')};
const Secret second{std::string(32, '2')};
const Secret third{std::string(32, '3')};

Settings with(RotatedSecret secret) {
  Settings settings = Flow::settings();
  settings.server_secret = std::move(secret);
  return settings;
}

// The same server after a restart: the same store, other secrets.
struct Restarted {
  Restarted(Flow& before, RotatedSecret secret) : server(with(std::move(secret)), before.ports, before.sign_in) {
    server.add_routes(router);
    REQUIRE(run_ready(server.reread_revocations()));
  }

  bool takes(const std::string& access_token) {
    http::Request request{.method = http::Method::post, .target = "/mcp"};
    request.headers.set("Authorization", "Bearer " + access_token);
    return server.authenticate(request).has_value();
  }
  http::Response send(http::Request request) { return run_ready(router.handle(request)); }
  http::Response refresh(std::string_view client, const std::string& token) {
    return send(Flow::token_request(Flow::refreshment(client, token)));
  }

  AuthorizationServer server;
  http::Router router;
};

}  // namespace

TEST_CASE("a connection goes on under a new secret, and then needs the old one no more") {
  Flow flow{with(first)};
  const std::string client = flow.register_public();
  const http::Response tokens = flow.redeem(client, flow.code_for(client));
  const std::string code = flow.code_for(client);

  Restarted rotated{flow, {second, first}};
  CHECK(rotated.takes(member(tokens, "access_token")));
  CHECK(rotated.takes(member(tokens, "access_token")));  // remembered
  CHECK(rotated.send(Flow::token_request(Flow::redemption(client, code))).status == 200);
  const http::Response refreshed = rotated.refresh(client, member(tokens, "refresh_token"));
  REQUIRE(refreshed.status == 200);
  CHECK(rotated.takes(member(refreshed, "access_token")));
  CHECK(member(rotated.refresh(client, member(tokens, "refresh_token")), "refresh_token") ==
        member(refreshed, "refresh_token"));  // within the grace: the same successor

  Restarted later{flow, second};
  CHECK_FALSE(later.takes(member(tokens, "access_token")));
  CHECK(later.takes(member(refreshed, "access_token")));
  CHECK(later.refresh(client, member(refreshed, "refresh_token")).status == 200);
}

TEST_CASE("what neither secret has made is refused") {
  Flow flow{with(first)};
  const std::string client = flow.register_public();
  const http::Response tokens = flow.redeem(client, flow.code_for(client));
  for (const RotatedSecret& secret : {RotatedSecret{second}, RotatedSecret{third, second}}) {
    Restarted stranger{flow, secret};
    CHECK_FALSE(stranger.takes(member(tokens, "access_token")));
    CHECK(member(stranger.refresh(client, member(tokens, "refresh_token")), "error") == "invalid_grant");
  }
  CHECK(flow.refresh(client, member(tokens, "refresh_token")).status == 200);
}

TEST_CASE("a sign-in that is under way ends under the new secret") {
  Flow flow{with(first)};
  const std::string client = flow.register_public();
  Browser browser;
  const std::string state = flow.approve(client, browser);
  const http::Response hop = flow.post_form("/callback", {{"state", state}, {"clerk_token", proof}});
  Restarted rotated{flow, {second, first}};
  http::Request request{.method = http::Method::get, .target = location(hop).substr(issuer.size())};
  request.headers.set("Cookie", browser.header());
  CHECK(location(rotated.send(std::move(request))).starts_with("https://assistant.test/cb?code="));
}

}  // namespace postern::oauth
