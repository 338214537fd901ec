#include "postern/http/headers.hpp"

#include <doctest/doctest.h>

namespace postern::http {

TEST_CASE("field names compare without case, in ASCII only") {
  HeaderMap headers{{"Content-Type", "a"}, {"X-One", "1"}};
  CHECK(headers.find("content-TYPE") != nullptr);
  CHECK(headers.find("content_type") == nullptr);
  CHECK_FALSE(equal_ignoring_case("@[", "`{"));
  headers.add("x-one", "2");
  CHECK(*headers.find("X-One") == "1");
  CHECK(headers.count("X-ONE") == 2);
  CHECK(headers.find_only("X-One") == nullptr);
  headers.set("X-ONE", *headers.find("x-one"));
  CHECK(*headers.find_only("X-One") == "1");
  headers.remove("x-one");
  CHECK(headers.size() == 1);
}

TEST_CASE("nothing that could split a message gets into a header (threat 37)") {
  HeaderMap headers{{"Location", "https://a.example/"}};
  for (std::string_view value :
       {std::string_view{"a\r\nSet-Cookie: x=1"}, std::string_view{"a\nb"}, std::string_view{"a\rb"},
        std::string_view{"a\0b", 3}, std::string_view{"\x1b[2J"}, std::string_view{"\x7f"},
        std::string_view{"\xc4\x8d\xc4\x8a"}, std::string_view{"\x80"}}) {
    CHECK_FALSE(headers.add("Location", value));
    CHECK_FALSE(headers.set("Location", value));
  }
  for (std::string_view name : {"", "a b", "a:", "a\r\n", "\xc3\xa4", "(a)", "a\t", "\"a\""}) {
    CHECK_FALSE(headers.add(name, "x"));
    CHECK_FALSE(headers.set(name, "x"));
  }
  CHECK(headers.size() == 1);
  CHECK(*headers.find("Location") == "https://a.example/");
  CHECK(headers.add("!#$%&'*+-.^_`|~09azAZ", "\t !~"));  // RFC 9110 sec. 5.6.2 and 5.5
}

}  // namespace postern::http
