#include "postern/json/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

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
// How many characters more than itself each one takes: \n is one more, \u001f five.
constexpr auto extra_chars = [] {
  std::array<unsigned char, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = escapes[i] == 0 ? 0 : escapes[i] == 'u' ? 5 : 1;
  return table;
}();

char* copy_escaped(char c, char* to) {
  constexpr std::string_view hex_digits = "0123456789abcdef";
  const char escape = escapes[static_cast<unsigned char>(c)];
  if (escape == 0) {
    *to++ = c;
    return to;
  }
  *to++ = '\\';
  *to++ = escape;
  if (escape != 'u') return to;
  *to++ = '0';
  *to++ = '0';
  *to++ = hex_digits[static_cast<unsigned char>(c) >> 4];
  *to++ = hex_digits[static_cast<unsigned char>(c) & 0xf];
  return to;
}

// Does one of eight characters need a backslash? They are looked at together, in one word.
bool any_escaped(std::uint64_t eight) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t highs = 0x80 * ones;
  const auto any_below = [](std::uint64_t bytes, std::uint64_t limit) {
    return (bytes - limit * ones) & ~bytes & highs;
  };
  return (any_below(eight, 0x20) | any_below(eight ^ ones * '"', 1) | any_below(eight ^ ones * '\\', 1)) != 0;
}

char* copy_escaped(std::string_view text, char* to) {
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data(), 8);
    if (any_escaped(eight)) {
      for (const char c : text.substr(0, 8)) to = copy_escaped(c, to);
    } else {
      std::memcpy(to, &eight, 8);
      to += 8;
    }
  }
  for (const char c : text) to = copy_escaped(c, to);
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
  std::size_t extra = 0;
  for (const char c : text) extra += extra_chars[static_cast<unsigned char>(c)];

  const std::size_t begin = out.size();
  out.resize_and_overwrite(begin + 1 + text.size() + extra + 1, [=](char* chars, std::size_t size) {
    char* to = chars + begin;
    *to++ = '"';
    to = extra == 0 ? std::ranges::copy(text, to).out : copy_escaped(text, to);
    *to = '"';
    return size;
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
