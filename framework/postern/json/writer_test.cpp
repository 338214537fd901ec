#include "postern/json/writer.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "postern/json/value.hpp"

using namespace postern;

namespace {

template <class T>
std::string written(const T& value) {
  std::string out;
  json::append(out, value);
  return out;
}

}  // namespace

TEST_CASE("an object is written member by member") {
  std::string out = "x";
  json::ObjectWriter object{out};
  json::append(object.member("type"), "text");
  json::append(object.member("a\"b"), std::int64_t{-3});
  json::ObjectWriter inner{object.member("inner")};
  inner.end();
  object.end();
  CHECK(out == R"(x{"type":"text","a\"b":-3,"inner":{}})");
}

TEST_CASE("strings are escaped as RFC 8259 section 7 asks, and otherwise left alone") {
  CHECK(written(std::string_view{""}) == R"("")");
  CHECK(written(std::string_view{"plain / ümlaut \U0001F600 \x7f"}) == "\"plain / ümlaut \U0001F600 \x7f\"");
  CHECK(written(std::string_view{"\b\f\n\r\t\"\\"}) == R"("\b\f\n\r\t\"\\")");
  CHECK(written(std::string_view{"\0\x1f\x20", 3}) == R"("\u0000\u001f ")");
  std::string every;
  for (char c = 0; c >= 0; ++c) {
    every += c;
    if (c == 0x7f) break;
  }
  // Boost.JSON reads back what we wrote.
  CHECK(json::parse(written(std::string_view{every})).value().as_string() == every);
}

TEST_CASE("a character is escaped wherever it stands") {
  for (const char c : {'\0', '\x1f', '\n', '"', '\\', ' ', '!', '#', '[', ']', '\x7f'}) {
    for (std::size_t place = 0; place < 20; ++place) {
      std::string text(20, '\xc3');  // the two bytes of an umlaut, over and over
      for (std::size_t i = 1; i < text.size(); i += 2) text[i] = '\xbc';
      text.insert(place / 2 * 2, 1, c);
      text.insert(0, place % 2, 'x');
      // Boost.JSON writes it so, too.
      CHECK(written(std::string_view{text}) == json::serialize(json::Value(text)));
    }
  }
}

TEST_CASE("numbers keep their value; what is not finite becomes null") {
  CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  for (const double number : {0.1, 1e300, -2.5, 5e-324, 3.0})
    CHECK(json::parse(written(number)).value().as_double() == number);
  CHECK(written(std::numeric_limits<double>::infinity()) == "null");
  CHECK(written(std::numeric_limits<double>::quiet_NaN()) == "null");
}
