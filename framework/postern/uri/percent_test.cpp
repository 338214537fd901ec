#include "postern/uri/percent.hpp"

#include <doctest/doctest.h>

#include <string>

namespace postern::uri {

TEST_CASE("only unreserved characters stay as they are (RFC 3986 sec. 2.3; vectors of RFC 6570 sec. 3.2.2)") {
  struct Row {
    std::string_view plain, encoded;
  };
  for (auto [plain, encoded] : {Row{"value", "value"},
                                {"Hello World!", "Hello%20World%21"},
                                {"/foo/bar", "%2Ffoo%2Fbar"},
                                {"50%", "50%25"},
                                {"", ""},
                                {"-._~", "-._~"},
                                {"\xe3\x82\xa2", "%E3%82%A2"},  // RFC 3986 sec. 2.5: KATAKANA LETTER A
                                {":/?#[]@!$&'()*+,;=", "%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D"}}) {
    CHECK(percent_encode(plain) == encoded);
    CHECK(percent_decode(encoded) == std::string{plain});
  }
}

TEST_CASE("all 256 bytes come back") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  CHECK(percent_decode(percent_encode(bytes)) == bytes);
}

TEST_CASE("decoding takes either case, decodes once and leaves '+' alone") {
  CHECK(percent_decode("%c3%A4") == "\xc3\xa4");
  CHECK(percent_decode("%2541") == "%41");
  CHECK(percent_decode("a+b") == "a+b");
}

TEST_CASE("malformed codes are refused") {
  for (std::string_view bad : {"%", "%4", "a%", "%zz", "%4g", "%g4", "%%41", "% 41", "%u0041", "%-1", "%+1"}) {
    CAPTURE(bad);
    CHECK_FALSE(percent_decode(bad));
  }
}

}  // namespace postern::uri
