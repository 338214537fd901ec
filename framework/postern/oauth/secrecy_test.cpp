#include <doctest/doctest.h>

#include "postern/oauth/testing/flow.hpp"

// Threats 44 and 45: no credential in a log line, and none in clear in the store.
namespace postern::oauth {

TEST_CASE("no credential of a whole connection is in the log, and none is in clear at rest") {
  Flow flow;
  const std::string client = flow.register_public();
  Browser browser;
  const std::string state = flow.approve(client, browser, {{"state", "canary-client-state"}});
  const http::Response hop = flow.post_form("/callback", {{"state", state}, {"clerk_token", proof}});
  const std::string handle = location_parameter(hop, "resume");
  const auto at_rest_during_hop = flow.host.store.records();
  const http::Response back = flow.get(location(hop).substr(issuer.size()), &browser);
  const std::string code = location_parameter(back, "code");
  const http::Response tokens = flow.redeem(client, code);
  const http::Response next = flow.refresh(client, member(tokens, "refresh_token"));
  (void)flow.redeem(client, code);  // replayed: the warnings must be clean as well
  (void)flow.refresh(client, member(next, "refresh_token"));

  std::vector<std::string> secrets{code,
                                   code.substr(code.find('.') + 1),
                                   std::string{proof},
                                   std::string{verifier},
                                   member(tokens, "access_token"),
                                   member(next, "access_token"),
                                   member(tokens, "refresh_token"),
                                   member(next, "refresh_token")};
  for (const auto& [name, value] : browser.cookies) secrets.push_back(value);
  for (const std::string& secret : secrets) {
    REQUIRE_FALSE(secret.empty());
    CHECK_FALSE(flow.host.log.contains(secret));
    for (const auto& [key, entry] : flow.host.store.records()) CHECK_FALSE((key + " " + entry.value).contains(secret));
    for (const auto& [key, entry] : at_rest_during_hop) CHECK_FALSE((key + " " + entry.value).contains(secret));
  }
  for (const std::string& handle_like : {state, handle, std::string{"canary-client-state"}})
    CHECK_FALSE(flow.host.log.contains(handle_like));
  for (std::string_view event : {"client.registered", "consent.approved", "code.issued", "token.issued",
                                 "token.refreshed", "code.replayed", "grant.revoked"})
    CHECK(flow.host.log.contains(event));
  CHECK_FALSE(flow.host.log.contains("user_1"));
}

TEST_CASE("no error body repeats what was sent") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string_view canary = "canary-0123456789-canary-0123456789-canary-0123";
  for (const uri::Form& form :
       {Flow::redemption(client, canary), Flow::redemption(canary, canary), Flow::refreshment(client, canary)})
    CHECK_FALSE(flow.send(Flow::token_request(form)).body.contains("canary"));
  CHECK_FALSE(flow.get(Flow::authorize_target(canary)).body.contains("canary"));
  CHECK_FALSE(flow.get(Flow::authorize_target(client, {{"redirect_uri", canary}})).body.contains("canary"));
  CHECK_FALSE(flow.get("/callback?state=" + std::string{canary}).body.contains("canary"));
  CHECK_FALSE(flow.post_registration("{\"client_name\":\"" + std::string{canary} + "\"}").body.contains("canary"));
}

}  // namespace postern::oauth
