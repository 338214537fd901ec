#include "postern/testing/seeded_random.hpp"

namespace postern::testing {

std::string SeededRandom::bytes(std::size_t count) {
  std::string result;
  result.reserve(count);
  while (result.size() < count) {
    std::uint64_t word = state_ += 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    word ^= word >> 31;
    for (int i = 0; i < 8 && result.size() < count; ++i, word >>= 8) result += static_cast<char>(word & 0xff);
  }
  return result;
}

}  // namespace postern::testing
