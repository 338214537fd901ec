#include "app/tools/who_am_i.hpp"

#include <doctest/doctest.h>

#include "postern/testing/tool_test.hpp"

TEST_CASE("who_am_i tells the signed-in user and asks nobody") {
  postern::testing::ToolTest test{{.user_id = "user_ada",
                                   .session_id = "sess_1",
                                   .organization_id = {},
                                   .client_id = "claude",
                                   .grant_id = "g",
                                   .scopes = {"profile:read"}}};
  const auto me = postern::run_ready(app::who_am_i(test.call()));
  REQUIRE(me);
  CHECK(me->user_id == "user_ada");
  CHECK(me->session_id == "sess_1");
  CHECK(me->client_id == "claude");
  CHECK(me->scopes == std::vector<std::string>{"profile:read"});
  CHECK(test.app_requests().empty());
}
