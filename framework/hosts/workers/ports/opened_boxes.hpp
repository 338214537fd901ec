// The boxes that were opened last, and what was in them. A client sends the same sealed token with each of its calls,
// and to have node:crypto open it takes longer than all the rest of a call.
//
//   if (const std::string* plain = opened.find(key, nonce, sealed, associated)) return *plain;
//
// Opening depends on nothing but these four, so a box that was genuine stays so; whether the token in it has expired or
// was revoked is not asked here. Only genuine boxes are remembered, and compared as secrets are, without telling where
// they differ: a box has one place, by the last byte of its tag, and another one takes it over.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "postern/base/secret.hpp"

namespace postern::workers {

class OpenedBoxes {
 public:
  // Null if it is not remembered. `sealed` is not empty.
  [[nodiscard]] const std::string* find(std::string_view key, std::string_view nonce, std::string_view sealed,
                                        std::string_view associated) const {
    const Opened& opened = places_[place_of(sealed)];
    const bool same = constant_time_equal(opened.nonce, nonce) && opened.sealed == sealed && opened.key == key &&
                      opened.associated == associated;
    return same ? &opened.plain : nullptr;
  }

  void remember(std::string_view key, std::string_view nonce, std::string_view sealed, std::string_view associated,
                std::string plain) {
    if (sealed.size() > bytes_max) return;
    places_[place_of(sealed)] = {Secret{key}, std::string{nonce}, Secret{sealed}, std::string{associated},
                                 std::move(plain)};
  }

 private:
  struct Opened {
    Secret key;
    std::string nonce;
    Secret sealed;  // it is what its bearer proves himself with
    std::string associated;
    std::string plain;
  };
  static constexpr std::size_t bytes_max = 1024;
  static constexpr std::size_t place_count = 64;

  static std::size_t place_of(std::string_view sealed) {
    return static_cast<unsigned char>(sealed.back()) % place_count;
  }

  std::array<Opened, place_count> places_;
};

}  // namespace postern::workers
