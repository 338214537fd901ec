// Bytes that are the same in every run: splitmix64 from a seed. Never for anything but tests.
#pragma once

#include <cstdint>

#include "postern/ports/random.hpp"

namespace postern::testing {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}
  [[nodiscard]] std::string bytes(std::size_t count) override;

 private:
  std::uint64_t state_;
};

}  // namespace postern::testing
