// What every Random must do. That it cannot be guessed, no test can show; that it is not plainly broken, this one does.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>

#include "postern/ports/random.hpp"

namespace postern::contract {

inline void check_random(Random& random) {
  SUBCASE("gives as many bytes as asked") {
    for (std::size_t count : {0UZ, 1UZ, 12UZ, 16UZ, 255UZ, 4095UZ, 4096UZ, 4097UZ, 100'000UZ})
      CHECK(random.bytes(count).size() == count);
  }
  SUBCASE("never gives the same twice") {
    std::set<std::string> seen;
    for (int i = 0; i < 10'000; ++i) CHECK(seen.insert(random.bytes(16)).second);
  }
  SUBCASE("every byte value comes about as often: chi-square of 255 degrees below 400, missed once in 10^8") {
    constexpr double expected = 1024;
    std::array<double, 256> counts{};
    for (char byte : random.bytes(256 * 1024)) counts[static_cast<unsigned char>(byte)] += 1;
    double chi_square = 0;
    for (double count : counts) chi_square += (count - expected) * (count - expected) / expected;
    CHECK(chi_square < 400);
  }
}

}  // namespace postern::contract
