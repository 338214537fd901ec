#include <doctest/doctest.h>

#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {

using namespace std::chrono_literals;

namespace {

http::Response revoke(Flow& flow, std::string_view client, std::string_view token) {
  http::Request request = Flow::token_request({{"client_id", client}, {"token", token}, {"token_type_hint", "x"}});
  request.target = "/revoke";
  return flow.send(std::move(request));
}

}  // namespace

TEST_CASE("either token revokes the whole grant, for its own client only") {
  for (std::string_view which : {"access_token", "refresh_token"}) {
    Flow flow;
    const std::string client = flow.register_public();
    const std::string other = flow.register_public("Another");
    const http::Response tokens = flow.redeem(client, flow.code_for(client));
    CHECK(revoke(flow, other, member(tokens, which)).status == 200);
    CHECK(flow.use(member(tokens, "access_token")) == 200);
    CHECK(revoke(flow, client, member(tokens, which)).status == 200);
    CHECK(flow.use(member(tokens, "access_token")) == 401);
    CHECK(member(flow.refresh(client, member(tokens, "refresh_token")), "error") == "invalid_grant");
    CHECK(revoke(flow, client, member(tokens, which)).status == 200);
  }
}

TEST_CASE("a revocation that a crash cut short after its first write is finished by the next refresh") {
  Flow flow;
  const std::string client = flow.register_public();
  const http::Response tokens = flow.redeem(client, flow.code_for(client));
  const std::string refresh_token = member(tokens, "refresh_token");
  const std::string grant_id = refresh_token.substr(0, refresh_token.find('.'));
  REQUIRE(run_ready(flow.store.put("revoked/" + grant_id, "", flow.host.clock.now() + 11min)));
  REQUIRE(run_ready(flow.server.reread_revocations()));

  CHECK(flow.use(member(tokens, "access_token")) == 401);
  CHECK(member(flow.refresh(client, refresh_token), "error") == "invalid_grant");
  flow.host.clock.advance(12min);
  CHECK(member(flow.refresh(client, refresh_token), "error") == "invalid_grant");
}

TEST_CASE("an unknown token is no error, an unknown client is") {
  Flow flow;
  const std::string client = flow.register_public();
  for (std::string_view token : {"x", "", "pat_x", "a.1.b"}) CHECK(revoke(flow, client, token).status == 200);
  CHECK(revoke(flow, "public_x", "x").status == 401);
}

}  // namespace postern::oauth
