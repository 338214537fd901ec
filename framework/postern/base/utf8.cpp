#include "postern/base/utf8.hpp"

#include <array>

namespace postern {
namespace {

// One row of RFC 3629 section 4: which lead bytes, what the second byte may be, how many bytes in all. The bytes after
// the second are always 80 to BF.
struct Sequence {
  unsigned char lead_first, lead_last, second_first, second_last;
  std::size_t size;
};
constexpr std::array<Sequence, 8> sequences{{{0xc2, 0xdf, 0x80, 0xbf, 2},
                                             {0xe0, 0xe0, 0xa0, 0xbf, 3},
                                             {0xe1, 0xec, 0x80, 0xbf, 3},
                                             {0xed, 0xed, 0x80, 0x9f, 3},
                                             {0xee, 0xef, 0x80, 0xbf, 3},
                                             {0xf0, 0xf0, 0x90, 0xbf, 4},
                                             {0xf1, 0xf3, 0x80, 0xbf, 4},
                                             {0xf4, 0xf4, 0x80, 0x8f, 4}}};

bool within(char byte, unsigned char first, unsigned char last) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= first && value <= last;
}

}  // namespace

std::size_t utf8_character_size(std::string_view bytes) {
  if (within(bytes[0], 0x00, 0x7f)) return 1;
  for (const Sequence& sequence : sequences) {
    if (!within(bytes[0], sequence.lead_first, sequence.lead_last)) continue;
    if (bytes.size() < sequence.size || !within(bytes[1], sequence.second_first, sequence.second_last)) return 0;
    for (std::size_t i = 2; i < sequence.size; ++i) {
      if (!within(bytes[i], 0x80, 0xbf)) return 0;
    }
    return sequence.size;
  }
  return 0;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = utf8_character_size(bytes);
    if (size == 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

}  // namespace postern
