#include "postern/base/encoding.hpp"

#include <doctest/doctest.h>

namespace postern {

TEST_CASE("base64 gives the vectors of RFC 4648 section 10, both ways") {
  struct Row {
    std::string_view plain, text;
  };
  for (auto [plain, text] : {Row{"", ""},
                             {"f", "Zg=="},
                             {"fo", "Zm8="},
                             {"foo", "Zm9v"},
                             {"foob", "Zm9vYg=="},
                             {"fooba", "Zm9vYmE="},
                             {"foobar", "Zm9vYmFy"}}) {
    CHECK(base64_encode(plain) == text);
    CHECK(base64_decode(text) == std::string{plain});
  }
}

TEST_CASE("base64url gives the vector of RFC 7515 appendix C") {
  const std::string bytes{"\x03\xec\xff\xe0\xc1", 5};
  CHECK(base64url_encode(bytes) == "A-z_4ME");
  CHECK(base64url_decode("A-z_4ME") == bytes);
}

TEST_CASE("one value has one spelling: padding, foreign characters and stray bits are refused") {
  for (std::string_view bad : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9v\n", "Zm-v", "=", "Z==="})
    CHECK_FALSE(base64_decode(bad));
  for (std::string_view bad : {"A", "Zg==", "Zh", "Zm+v", "Zm/v", "Zm9v ", "Zm9vYmF\xc3"})
    CHECK_FALSE(base64url_decode(bad));
}

TEST_CASE("hex is lower-case") { CHECK(hex_encode(std::string_view{"\x00\xaf\xff", 3}) == "00afff"); }

}  // namespace postern
