// UTF-8 (RFC 3629): whether bytes are it, and the code points of text that is.
//
//   if (!is_utf8(bytes)) return fail(...);
//   while (!bytes.empty()) use(take_code_point(bytes));
//
// All but the first two expect text that was checked, as everything is that came through json::parse. A malformed byte
// in other text counts as one code point, U+FFFD.
#pragma once

#include <cstddef>
#include <string_view>

namespace postern {

// No overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view bytes);
// How many bytes the character at the front takes, or 0 if it is malformed. `bytes` is not empty.
[[nodiscard]] std::size_t utf8_character_size(std::string_view bytes);

constexpr bool is_utf8_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Removes the first code point from `text`, which is not empty.
constexpr char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  char32_t point = size == 1 ? lead : lead & (0x7FU >> size);
  bool whole = size > 0 && size <= text.size();
  for (std::size_t i = 1; whole && i < size; ++i) {
    whole = is_utf8_continuation(text[i]);
    point = point << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(whole ? size : 1);
  return whole ? point : U'\uFFFD';
}

constexpr std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += is_utf8_continuation(byte) ? 0 : 1;
  return count;
}

// At most `bytes_max` bytes from the start, cut between two code points.
constexpr std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && is_utf8_continuation(text[bytes_max])) --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace postern
