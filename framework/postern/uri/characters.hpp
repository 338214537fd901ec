// The character classes of RFC 3986, ASCII only and never a locale's.
#pragma once

#include <string_view>

namespace postern::uri {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
[[nodiscard]] constexpr bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
[[nodiscard]] constexpr unsigned hex_value(char c) {  // of a hex digit
  return static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}
[[nodiscard]] constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

[[nodiscard]] constexpr bool is_unreserved(char c) {  // sec. 2.3
  return is_alpha(c) || is_digit(c) || std::string_view{"-._~"}.contains(c);
}
[[nodiscard]] constexpr bool is_sub_delimiter(char c) {  // sec. 2.2
  return std::string_view{"!$&'()*+,;="}.contains(c);
}
// What may stand in a path segment beside %XX (sec. 3.3).
[[nodiscard]] constexpr bool is_path_character(char c) {
  return is_unreserved(c) || is_sub_delimiter(c) || c == ':' || c == '@';
}

}  // namespace postern::uri
