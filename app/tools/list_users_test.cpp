#include "app/tools/list_users.hpp"

#include <doctest/doctest.h>

#include "postern/testing/tool_test.hpp"

using postern::http::Method;

TEST_CASE("list_users gives what the app tells, and ignores what it does not know") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/users", 200,
                   R"({"users":[{"id":"user_1","name":"Ada","email":"ada@acme.test","vip":true}],"total":1})");
  const auto users = postern::run_ready(app::list_users(test.call()));
  REQUIRE(users);
  REQUIRE(users->users.size() == 1);
  CHECK(users->users.front().name == "Ada");
}

TEST_CASE("list_users says so when the app answers with something else") {
  postern::testing::ToolTest test;
  test.app_answers(Method::get, "/api/users", 200, R"({"people":[]})");
  const auto users = postern::run_ready(app::list_users(test.call()));
  REQUIRE_FALSE(users);
  CHECK(users.error().kind == postern::Error::Kind::unavailable);
}
