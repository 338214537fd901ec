#include "postern/ports/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace postern {
namespace {

// The first `bits` of an address. IPv4 blocks are in the upper half of 32 bits, IPv6 ones in the first 64 bits, where
// every block below has its end.
struct Block {
  std::uint64_t prefix;
  unsigned bits;
};

constexpr Block v4(unsigned a, unsigned b, unsigned c, unsigned bits) {
  return {std::uint64_t{a << 24 | b << 16 | c << 8} << 32, bits};
}
constexpr Block v6(std::uint64_t a, std::uint64_t b, std::uint64_t c, unsigned bits) {
  return {a << 48 | b << 32 | c << 16, bits};
}

constexpr std::array special_v4{
    v4(0, 0, 0, 8),        // this network
    v4(10, 0, 0, 8),       // private
    v4(100, 64, 0, 10),    // shared by carriers (CGNAT)
    v4(127, 0, 0, 8),      // loopback
    v4(169, 254, 0, 16),   // link-local, and the clouds' metadata services
    v4(172, 16, 0, 12),    // private
    v4(192, 0, 0, 24),     // IETF protocol assignments
    v4(192, 0, 2, 24),     // documentation
    v4(192, 31, 196, 24),  // AS112
    v4(192, 52, 193, 24),  // AMT
    v4(192, 88, 99, 24),   // 6to4 relays
    v4(192, 168, 0, 16),   // private
    v4(192, 175, 48, 24),  // AS112
    v4(198, 18, 0, 15),    // benchmarks
    v4(198, 51, 100, 24),  // documentation
    v4(203, 0, 113, 24),   // documentation
    v4(224, 0, 0, 4),      // multicast
    v4(240, 0, 0, 4),      // reserved, and broadcast
};

constexpr Block global_unicast_v6 = v6(0x2000, 0, 0, 3);
constexpr std::array special_v6{
    v6(0x2001, 0, 0, 23),          // IETF protocol assignments, with Teredo, benchmarks and ORCHID
    v6(0x2001, 0xdb8, 0, 32),      // documentation
    v6(0x2002, 0, 0, 16),          // 6to4
    v6(0x2620, 0x4f, 0x8000, 48),  // AS112
    v6(0x3fff, 0, 0, 20),          // documentation
};

constexpr bool is_in(std::uint64_t start, Block block) { return (start ^ block.prefix) >> (64 - block.bits) == 0; }

bool is_in_any(std::uint64_t start, std::span<const Block> blocks) {
  return std::ranges::any_of(blocks, [=](Block block) { return is_in(start, block); });
}

}  // namespace

bool is_public_address(std::string_view network_bytes) {
  if (network_bytes.size() != 4 && network_bytes.size() != 16) return false;
  std::uint64_t start = 0;  // the first 64 bits, an IPv4 address followed by zeros
  for (std::size_t i = 0; i < 8; ++i)
    start = start << 8 | (i < network_bytes.size() ? static_cast<unsigned char>(network_bytes[i]) : 0U);
  if (network_bytes.size() == 4) return !is_in_any(start, special_v4);
  return is_in(start, global_unicast_v6) && !is_in_any(start, special_v6);
}

}  // namespace postern
