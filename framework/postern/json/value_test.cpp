#include "postern/json/value.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

using namespace postern;

namespace {

std::string repeat(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

bool accepts(std::string_view text) { return json::parse(text).has_value(); }

}  // namespace

// Rows after RFC 8259's grammar, in the manner of the JSONTestSuite (github.com/nst/JSONTestSuite).
TEST_CASE("text that the grammar of RFC 8259 allows is accepted") {
  using namespace std::string_view_literals;
  for (std::string_view text : {
           "null"sv,
           "true"sv,
           "false"sv,
           "0"sv,
           "-0"sv,
           "-1"sv,
           "1.5"sv,
           "-0.0"sv,
           "1e2"sv,
           "1E+2"sv,
           "1.0e-2"sv,
           "0e0"sv,
           "\"\""sv,
           "[]"sv,
           "{}"sv,
           " \t\r\n[ 1 , 2 ]\n"sv,
           "[[],[[]]]"sv,
           "{\"\":0}"sv,
           "{\"a\":1,\"A\":2}"sv,
           "{\"a\":{\"a\":1}}"sv,
           R"("\"\\\/\b\f\n\r\t")"sv,
           R"("\u0000")"sv,
           R"("\u00e9")"sv,
           R"("\uD834\uDD1E")"sv,
           R"("\uFFFF")"sv,
           "\"\x7f\""sv,
           "\"\u2028\U0001F600\u00e9\""sv,
           "\"/\""sv,
           "[1,null,\"a\",true,{}]"sv,
       }) {
    CAPTURE(text);
    CHECK(accepts(text));
  }
}

TEST_CASE("text that the grammar of RFC 8259 does not allow is refused") {
  using namespace std::string_view_literals;
  for (std::string_view text : {
           ""sv,
           " "sv,
           "nul"sv,
           "nulll"sv,
           "True"sv,
           "NaN"sv,
           "Infinity"sv,
           "-Infinity"sv,
           "undefined"sv,
           "'a'"sv,
           "a"sv,
           "+1"sv,
           "01"sv,
           "-01"sv,
           "-"sv,
           "."sv,
           ".5"sv,
           "1."sv,
           "1.e1"sv,
           "1e"sv,
           "1e+"sv,
           "1e1.5"sv,
           "0x1"sv,
           "1_000"sv,
           "1 2"sv,
           "--1"sv,
           "- 1"sv,
           "["sv,
           "]"sv,
           "[1"sv,
           "[1,"sv,
           "[1,]"sv,
           "[,1]"sv,
           "[1,,2]"sv,
           "[1 2]"sv,
           "[1]]"sv,
           "[1:2]"sv,
           "[1}"sv,
           "{"sv,
           "}"sv,
           "{\"a\""sv,
           "{\"a\":"sv,
           "{\"a\":1"sv,
           "{\"a\":1,}"sv,
           "{,}"sv,
           "{\"a\" 1}"sv,
           "{\"a\":1 \"b\":2}"sv,
           "{a:1}"sv,
           "{'a':1}"sv,
           "{1:1}"sv,
           "{null:1}"sv,
           "{\"a\":1:2}"sv,
           "{\"a\",1}"sv,
           "{\"a\":1}}"sv,
           "{[]:1}"sv,
           "\""sv,
           "\"a"sv,
           "\"\\\""sv,
           R"("\a")"sv,
           R"("\u")"sv,
           R"("\u12")"sv,
           R"("\u00g0")"sv,
           R"("\x41")"sv,
           R"("\U0041")"sv,
           "\"a\nb\""sv,
           "\"a\tb\""sv,
           "\"\0\""sv,
           "\"\x1f\""sv,
           "[1]\0"sv,
           "[1]x"sv,
           "[1] [2]"sv,
           "{}{}"sv,
           "/* c */1"sv,
           "1// c"sv,
           "[1/**/]"sv,
           "# c\n1"sv,
           "\v1"sv,
           "\f1"sv,
           "\u00a01"sv,
           "\xEF\xBB\xBF"
           "1"sv,
       }) {
    CAPTURE(text);
    CHECK_FALSE(accepts(text));
  }
}

// RFC 3629 sec. 3 and 4; surrogates: RFC 7493 sec. 2.1.
TEST_CASE("only valid UTF-8 and paired surrogates are accepted") {
  for (std::string_view text : {
           "\"\x80\"",
           "\"\xC3\"",
           "\"\xC3\x28\"",
           "\"\xC0\xAF\"",
           "\"\xC1\xBF\"",
           "\"\xE0\x80\xAF\"",
           "\"\xE2\x82\"",
           "\"\xED\xA0\x80\"",
           "\"\xED\xBF\xBF\"",
           "\"\xF0\x80\x80\xAF\"",
           "\"\xF4\x90\x80\x80\"",
           "\"\xF8\x88\x80\x80\x80\"",
           "\"\xFE\"",
           "\"\xFF\"",
           "{\"\x80\":1}",
           "\"\xF0\x9F\x98\"",
           R"("\uD834")",
           R"("\uDD1E")",
           R"("\uDD1E\uD834")",
           R"("\uD834x")",
           R"("\uD834\n")",
           R"("\uD834\u0041")",
           R"({"\uD834":1})",
       }) {
    CAPTURE(text);
    CHECK_FALSE(accepts(text));
  }
}

TEST_CASE("an object with the same key twice is refused, wherever it is and however the key is spelled") {
  for (std::string_view text : {
           R"({"a":1,"a":1})",
           R"({"a":1,"b":2,"a":3})",
           R"({"a":1,"\u0061":2})",
           R"([[{"x":{"a":1,"a":2}}]])",
           R"({"":1,"":2})",
           R"({"a":{"b":1},"a":{"b":1}})",
           R"({"a":{"b":1,"b":2},"a":{}})",
       }) {
    CAPTURE(text);
    auto value = json::parse(text);
    REQUIRE_FALSE(value);
    CHECK(value.error() == Error{Error::Kind::invalid, "malformed JSON: an object has the same key twice"});
  }
  std::string large = "{";
  for (int i = 0; i < 500; ++i) large += "\"key" + std::to_string(i) + "\":0,";
  CHECK(accepts(large + "\"key500\":0}"));
  CHECK_FALSE(accepts(large + "\"key17\":0}"));
}

TEST_CASE("limits hold at their exact values") {
  CHECK(accepts(repeat("[", 64) + repeat("]", 64)));
  CHECK_FALSE(accepts(repeat("[", 65) + repeat("]", 65)));
  CHECK_FALSE(accepts(repeat("{\"a\":", 65) + "1" + repeat("}", 65)));
  CHECK_FALSE(accepts(repeat("[", 1'000'000)));

  CHECK(accepts("[0" + repeat(",0", 9'998) + "]"));  // with the array itself 10,000 values
  CHECK_FALSE(accepts("[0" + repeat(",0", 9'999) + "]"));
  CHECK_FALSE(accepts("[[]" + repeat(",[]", 9'999) + "]"));

  auto object_of = [](int keys) {
    std::string text = "{";
    for (int i = 0; i < keys; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
    return text + "}";
  };
  CHECK(accepts(object_of(1'000)));
  CHECK_FALSE(accepts(object_of(1'001)));

  const json::ParseLimits small{.depth_max = 1, .values_max = 3, .keys_per_object_max = 1};
  CHECK(json::parse("[1,2]", small));
  CHECK_FALSE(json::parse("[1,2,3]", small));
  CHECK_FALSE(json::parse("[[]]", small));
  CHECK_FALSE(json::parse(R"({"a":1,"b":2})", small));
}

TEST_CASE("integers of 64 bits are exact, and longer ones become the nearest double") {
  CHECK(json::parse("-9223372036854775808")->as_int64() == std::numeric_limits<std::int64_t>::min());
  CHECK(json::parse("9223372036854775807")->as_int64() == std::numeric_limits<std::int64_t>::max());
  CHECK(json::parse("18446744073709551615")->as_uint64() == std::numeric_limits<std::uint64_t>::max());
  CHECK(json::parse("18446744073709551616")->as_double() == 18446744073709551616.0);
  CHECK(json::parse("-9223372036854775809")->as_double() == -9223372036854775808.0);
  CHECK(json::parse("1" + repeat("0", 100))->as_double() == 1e100);
}

TEST_CASE("a double is the nearest to the text, and one beyond its range is refused") {
  // Hard cases for a parser of decimals; the values are the compiler's own.
  CHECK(json::parse("0.1")->as_double() == 0.1);
  CHECK(json::parse("1e23")->as_double() == 1e23);
  CHECK(json::parse("9007199254740993.0")->as_double() == 9007199254740992.0);
  CHECK(json::parse("2.2250738585072011e-308")->as_double() == 2.2250738585072011e-308);
  CHECK(json::parse("1.7976931348623157e308")->as_double() == std::numeric_limits<double>::max());
  CHECK(json::parse("4.9406564584124654e-324")->as_double() == std::numeric_limits<double>::denorm_min());
  CHECK(json::parse("0." + repeat("0", 200) + "1")->as_double() == 1e-201);
  CHECK(json::parse("1e-400")->as_double() == 0.0);
  CHECK_FALSE(accepts("1e309"));
  CHECK_FALSE(accepts("-1e309"));
  CHECK_FALSE(accepts("1e99999999999999999999"));
  CHECK_FALSE(accepts("1" + repeat("0", 400)));
}

TEST_CASE("an error names the place and never repeats the input") {
  CHECK(json::parse(R"({"token":"s3cret" x})").error().message.find("s3cret") == std::string::npos);
  CHECK(json::parse("[1] 2").error().message == "malformed JSON: more text after the value, from byte 4");
  CHECK(json::parse("[1e999]").error().message.starts_with("malformed JSON: a number too large for a double after "));
}

TEST_CASE("what is serialized is parsed back to the same value") {
  for (std::string_view text :
       {R"({"a":[1,-2,18446744073709551615,0.1,1e300,true,null,"\u0000\"\\\n\u001f\uD834\uDD1E"],"b":{}})", "[]",
        "\"\"", "-0.0", "5e-324"}) {
    auto value = json::parse(text);
    REQUIRE(value);
    CHECK(json::parse(json::serialize(*value)) == *value);
  }
}

TEST_CASE("members are found by their exact name") {
  const auto value = json::parse(R"({"name":"Ada","age":36})");
  REQUIRE(value);
  CHECK(json::find(*value, "name")->as_string() == "Ada");
  CHECK(json::find(*value, "Name") == nullptr);
  CHECK(json::find(json::Value{"text"}, "name") == nullptr);
  CHECK(json::find_string(value->as_object(), "name") == "Ada");
  CHECK(json::find_string(value->as_object(), "age") == std::nullopt);
  CHECK(json::find_string(value->as_object(), "none") == std::nullopt);
}
