#include "hosts/workers/ports/opened_boxes.hpp"

#include <doctest/doctest.h>

#include <string>

namespace postern::workers {
namespace {

const std::string key(32, 'k');
const std::string nonce(12, 'n');
const std::string box = std::string(40, 's') + std::string(16, 't');

TEST_CASE("a box that was opened is known by key, nonce, bytes and associated data, all four") {
  OpenedBoxes opened;
  CHECK_FALSE(opened.find(key, nonce, box, "resource"));
  opened.remember(key, nonce, box, "resource", "plain");
  const std::string* plain = opened.find(key, nonce, box, "resource");
  REQUIRE(plain);
  CHECK(*plain == "plain");

  CHECK_FALSE(opened.find(std::string(32, 'x'), nonce, box, "resource"));
  CHECK_FALSE(opened.find(key, std::string(12, 'x'), box, "resource"));
  CHECK_FALSE(opened.find(key, nonce, box, "resourc"));
  CHECK_FALSE(opened.find(key, nonce, box, ""));
  // Nor may a byte move from one of them to its neighbour.
  CHECK_FALSE(opened.find(key, nonce + box.substr(0, 1), box.substr(1), "resource"));
}

TEST_CASE("a box with any bit changed is not the one that was opened") {
  OpenedBoxes opened;
  opened.remember(key, nonce, box, "", "plain");
  for (std::size_t at = 0; at < box.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = box;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      CHECK_FALSE(opened.find(key, nonce, changed, ""));
    }
  }
  CHECK_FALSE(opened.find(key, nonce, box.substr(1), ""));
}

TEST_CASE("another box takes the place over, and a large one is not remembered") {
  OpenedBoxes opened;
  opened.remember(key, nonce, "first t", "", "1");
  opened.remember(key, nonce, "second t", "", "2");
  CHECK_FALSE(opened.find(key, nonce, "first t", ""));
  REQUIRE(opened.find(key, nonce, "second t", ""));
  CHECK(*opened.find(key, nonce, "second t", "") == "2");

  const std::string large(1025, 'l');
  opened.remember(key, nonce, large, "", "3");
  CHECK_FALSE(opened.find(key, nonce, large, ""));
}

}  // namespace
}  // namespace postern::workers
