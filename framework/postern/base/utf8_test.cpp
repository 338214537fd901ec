#include "postern/base/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

namespace postern {

TEST_CASE("UTF-8 is as RFC 3629 section 4 has it") {
  for (std::string_view good : {"", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                                "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "A\xe2\x89\xa2\xce\x91."}) {
    CAPTURE(good);
    CHECK(is_utf8(good));
  }
  // Overlong forms, surrogates, above U+10FFFF, lone and missing continuation bytes (Unicode 15 table 3-7).
  for (std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe2\x82",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf0\x90\x80", "\xfe", "\xff", "a\xf0\x90\x80\x41"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("text gives its code points one by one (RFC 3629 sec. 7)") {
  std::string_view text = "A\xe2\x89\xa2\xce\x91.\xf0\xa3\x8e\xb4";
  CHECK(count_code_points(text) == 5);
  std::u32string points;
  while (!text.empty()) points += take_code_point(text);
  CHECK((points == U"A\u2262\u0391.\U000233B4"));
}

TEST_CASE("a malformed byte is one code point, U+FFFD, and the rest goes on") {
  std::string_view text = "a\xe2\x82z\xff";
  std::u32string points;
  while (!text.empty()) points += take_code_point(text);
  CHECK((points == U"a\uFFFD\uFFFDz\uFFFD"));
}

TEST_CASE("a prefix never cuts a character") {
  CHECK(utf8_prefix("a\xe2\x82\xac", 4) == "a\xe2\x82\xac");
  CHECK(utf8_prefix("a\xe2\x82\xac", 3) == "a");
  CHECK(utf8_prefix("a\xe2\x82\xac", 1) == "a");
  CHECK(utf8_prefix("\xe2\x82\xac", 2).empty());
}

}  // namespace postern
