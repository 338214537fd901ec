#include "postern/base/recently_opened.hpp"

#include <doctest/doctest.h>

#include <string>

namespace postern {
namespace {

const std::string text = "pat_abcd_" + std::string(40, 's') + std::string(16, 't');

TEST_CASE("what was opened is known by its text") {
  RecentlyOpened<int> recent;
  CHECK_FALSE(recent.find(text));
  recent.remember(text, 7);
  REQUIRE(recent.find(text));
  CHECK(*recent.find(text) == 7);
  CHECK_FALSE(recent.find(""));
  CHECK_FALSE(recent.find(text + "t"));
  CHECK_FALSE(recent.find(text.substr(1)));
}

TEST_CASE("a text with any bit changed is not the one that was opened") {
  RecentlyOpened<int> recent;
  recent.remember(text, 7);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      CHECK_FALSE(recent.find(changed));
    }
  }
}

TEST_CASE("another text takes the place over, and a long one is not remembered") {
  RecentlyOpened<int> recent;
  recent.remember("first " + text, 1);
  recent.remember("second " + text, 2);  // the same end, so the same place
  CHECK_FALSE(recent.find("first " + text));
  REQUIRE(recent.find("second " + text));
  CHECK(*recent.find("second " + text) == 2);

  const std::string long_text(limits::recently_opened_bytes_max + 1, 'l');
  recent.remember(long_text, 3);
  CHECK_FALSE(recent.find(long_text));
}

}  // namespace
}  // namespace postern
