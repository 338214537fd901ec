#include "postern/audit/arguments_digest.hpp"

#include <doctest/doctest.h>

#include <string>

#include "postern/testing/test_ports.hpp"

namespace postern::audit {
namespace {

std::string digest(testing::TestPorts& test, std::string_view json, std::string_view name = "cancel_order",
                   char key = 'k') {
  const auto value = json::parse(json);
  REQUIRE(value);
  return arguments_digest(test.crypto, Secret{std::string(32, key)}, name, *value);
}

}  // namespace

// HMAC-SHA-256 of "cancel_order\n" and JSON.stringify of the members in order, by Node's crypto.
TEST_CASE("the digest is that of another implementation") {
  testing::TestPorts test;
  CHECK(digest(test, R"({"n":20,"b":[1,25,"x"],"a":{"z":null,"y":true}})") == "Me_Dv1VfDG5BB8-VIrSM-w");
}

TEST_CASE("arguments that mean the same have one digest, others have others") {
  testing::TestPorts test;
  const std::string one = digest(test, R"({"a":1,"b":{"c":[1,2],"d":"x"}})");
  for (std::string_view same : {R"({ "b" : {"d":"x","c":[1,2]}, "a" : 1 })", R"({"a":1.0,"b":{"c":[1e0,2],"d":"x"}})",
                                R"({"a":1,"b":{"c":[1,2],"d":"\u0078"}})"})
    CHECK(digest(test, same) == one);
  for (std::string_view other : {R"({"a":2,"b":{"c":[1,2],"d":"x"}})", R"({"a":1,"b":{"c":[2,1],"d":"x"}})",
                                 R"({"a":1,"b":{"c":[1,2]},"d":"x"})", R"({"a":"1","b":{"c":[1,2],"d":"x"}})",
                                 R"({"a":1.5,"b":{"c":[1,2],"d":"x"}})", "{}"})
    CHECK(digest(test, other) != one);
  CHECK(digest(test, R"({"a":1,"b":{"c":[1,2],"d":"x"}})", "refund") != one);
  CHECK(digest(test, R"({"a":1,"b":{"c":[1,2],"d":"x"}})", "cancel_order", 'l') != one);
}

}  // namespace postern::audit
