#include "postern/uri/form.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace postern::uri {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(const Form& form) { return {form.begin(), form.end()}; }

}  // namespace

TEST_CASE("parsing follows the WHATWG parser (URL sec. 5.1)") {
  struct Row {
    std::string_view text;
    Pairs pairs;
  };
  // From web-platform-tests url/urlencoded-parser.any.js, those whose bytes are valid.
  for (const auto& [text, pairs] : {Row{"test", {{"test", ""}}},
                                    {"\xef\xbb\xbftest=\xef\xbb\xbf", {{"\xef\xbb\xbftest", "\xef\xbb\xbf"}}},
                                    {"%EF%BB%BFtest=%EF%BB%BF", {{"\xef\xbb\xbftest", "\xef\xbb\xbf"}}},
                                    {"%EF%BF%BF=%EF%BF%BF", {{"\xef\xbf\xbf", "\xef\xbf\xbf"}}},
                                    {"a&b&c", {{"a", ""}, {"b", ""}, {"c", ""}}},
                                    {"a=b&a=c", {{"a", "b"}, {"a", "c"}}},
                                    {"a==a", {{"a", "=a"}}},
                                    {"a=a+b+c+d", {{"a", "a b c d"}}},
                                    {"id=0&value=%2e%2B", {{"id", "0"}, {"value", ".+"}}},
                                    {"=x", {{"", "x"}}},
                                    {"&&a=1&", {{"a", "1"}}},
                                    {"", {}},
                                    {"&", {}}}) {
    CAPTURE(text);
    const auto form = Form::parse(text);
    REQUIRE(form);
    CHECK(pairs_of(*form) == pairs);
  }
}

TEST_CASE("what the WHATWG parser would guess at is refused") {
  for (std::string_view bad : {"%", "a=%", "a=%2", "a%zz=1", "a=%u0041", "a=%FE%FF", "a=\xff", "\xc3=1", "a=1&b=%"}) {
    CAPTURE(bad);
    CHECK(Form::parse(bad).error().kind == Error::Kind::invalid);
  }
}

TEST_CASE("a form may have so many fields and no more") {
  std::string text;
  for (std::size_t i = 0; i < form_fields_max; ++i) text += "&a=1";
  CHECK(Form::parse(text));
  CHECK_FALSE(Form::parse(text + "&b"));
}

TEST_CASE("serializing follows the WHATWG serializer (URL sec. 5.2)") {
  // web-platform-tests url/urlsearchparams-stringifier.any.js
  CHECK(Form{{"a", "b c"}}.serialize() == "a=b+c");
  CHECK(Form{{"a", ""}, {"a", ""}, {"", "b"}, {"", ""}}.serialize() == "a=&a=&=b&=");
  CHECK(Form{{"a", "b+c"}, {"a+b", "c"}}.serialize() == "a=b%2Bc&a%2Bb=c");
  CHECK(Form{{"a=", "b=&a"}}.serialize() == "a%3D=b%3D%26a");
  CHECK(Form{{"a", "b*-._"}, {"b*-._", "c"}}.serialize() == "a=b*-._&b*-._=c");
  CHECK(Form{{"a~", std::string_view{"\0", 1}}, {"\xf0\x9f\x92\xa9", "%"}}.serialize() == "a%7E=%00&%F0%9F%92%A9=%25");
  CHECK(Form{}.serialize().empty());
}

TEST_CASE("a name that is there twice is found by nobody (threat 33)") {
  const auto form = Form::parse("state=1&code=x&st%61te=2&resource=a&resource=b");
  REQUIRE(form);
  CHECK(form->find_only("state") == nullptr);
  CHECK(form->find_only("absent") == nullptr);
  REQUIRE(form->find_only("code") != nullptr);
  CHECK(*form->find_only("code") == "x");
  CHECK(form->count("state") == 2);
  REQUIRE(form->find_repeated("resource") != nullptr);
  CHECK(*form->find_repeated("resource") == "state");
  CHECK(*form->find_repeated("state") == "resource");
  CHECK(Form{{"a", "1"}, {"b", "1"}}.find_repeated() == nullptr);
  CHECK(Form{{"", "1"}, {"", "2"}}.find_repeated() != nullptr);  // no name allowed is not the empty name allowed
}

}  // namespace postern::uri
