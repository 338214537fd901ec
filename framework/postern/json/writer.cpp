#include "postern/json/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "postern/json/value.hpp"

namespace postern::json {

namespace {

// What stands after the backslash (RFC 8259 sec. 7): a letter, 'u' for one that is written by its number, or 0 for a
// character that needs no backslash.
constexpr auto escapes = [] {
  std::array<char, 256> table{};
  for (std::size_t control = 0; control < 0x20; ++control) table[control] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();
constexpr std::size_t escape_chars_max = 6;  // \u001f

char* copy_escaped(std::string_view text, char* to) {
  constexpr std::string_view hex_digits = "0123456789abcdef";
  for (const char c : text) {
    const char escape = escapes[static_cast<unsigned char>(c)];
    if (escape == 0) {
      *to++ = c;
      continue;
    }
    *to++ = '\\';
    *to++ = escape;
    if (escape != 'u') continue;
    *to++ = '0';
    *to++ = '0';
    *to++ = hex_digits[static_cast<unsigned char>(c) >> 4];
    *to++ = hex_digits[static_cast<unsigned char>(c) & 0xf];
  }
  return to;
}

template <class Integer>
void append_integer(std::string& out, Integer number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void append(std::string& out, std::string_view text) {
  unsigned escaped = 0;
  for (const char c : text) escaped += static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' ? 1U : 0U;

  const std::size_t begin = out.size();
  const std::size_t room = 1 + text.size() + escaped * (escape_chars_max - 1) + 1;
  out.resize_and_overwrite(begin + room, [=](char* chars, std::size_t) {
    char* to = chars + begin;
    *to++ = '"';
    to = escaped == 0 ? std::ranges::copy(text, to).out : copy_escaped(text, to);
    *to++ = '"';
    return to - chars;
  });
}

void append(std::string& out, std::int64_t number) { append_integer(out, number); }
void append(std::string& out, std::uint64_t number) { append_integer(out, number); }
void append(std::string& out, double number) {
  if (std::isfinite(number)) {
    out += serialize(Value(number));
  } else {
    out += "null";
  }
}

}  // namespace postern::json
