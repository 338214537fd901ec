// The token of RFC 9110 sec. 5.6.2: what a field name, a method or a cookie's name is made of.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "postern/uri/characters.hpp"

namespace postern::http {

inline constexpr auto token_characters = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    table[i] = uri::is_alpha(c) || uri::is_digit(c) || std::string_view{"!#$%&'*+-.^_`|~"}.contains(c);
  }
  return table;
}();
[[nodiscard]] constexpr bool is_token_character(char c) { return token_characters[static_cast<unsigned char>(c)]; }
[[nodiscard]] constexpr bool is_token(std::string_view text) {
  bool good = !text.empty();
  for (const char c : text) good &= is_token_character(c);
  return good;
}

// Without the spaces and tabs at both ends (OWS, sec. 5.6.3).
[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace postern::http
