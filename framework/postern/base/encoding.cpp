#include "postern/base/encoding.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace postern {
namespace {

constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t not_in_alphabet = 0xff000000;

// Of each character its six bits where they belong among the 24 of a group of four, by its place in the group.
using Values = std::array<std::array<std::uint32_t, 256>, 4>;
constexpr Values reverse(std::string_view alphabet) {
  Values values{};
  for (std::size_t place = 0; place < 4; ++place) {
    values[place].fill(not_in_alphabet);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
      values[place][static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint32_t>(i << (18 - 6 * place));
  }
  return values;
}
constexpr Values base64_values = reverse(base64_alphabet);
constexpr Values base64url_values = reverse(base64url_alphabet);

// Three bytes are four characters; one byte left over is two of them, two are three.
std::string encode(std::string_view bytes, std::string_view alphabet) {
  const std::size_t left_over = bytes.size() % 3;
  std::string text(bytes.size() / 3 * 4 + (left_over == 0 ? 0 : left_over + 1), '\0');
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(bytes[i])}; };
  const auto character = [&](std::uint32_t bits) { return alphabet[bits & 0x3f]; };
  char* to = text.data();
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t bits = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    *to++ = character(bits >> 18);
    *to++ = character(bits >> 12);
    *to++ = character(bits >> 6);
    *to++ = character(bits);
  }
  if (left_over == 0) return text;
  const std::uint32_t bits = byte(i) << 16 | (left_over == 2 ? byte(i + 1) << 8 : 0);
  *to++ = character(bits >> 18);
  *to++ = character(bits >> 12);
  if (left_over == 2) *to = character(bits >> 6);
  return text;
}

std::optional<std::string> decode(std::string_view text, const Values& values) {
  const std::size_t left_over = text.size() % 4;
  if (left_over == 1) return std::nullopt;
  std::string bytes(text.size() / 4 * 3 + (left_over == 0 ? 0 : left_over - 1), '\0');
  const auto value = [&](std::size_t place, std::size_t i) {
    return values[place][static_cast<unsigned char>(text[i])];
  };
  std::uint32_t seen = 0;  // what is not in the alphabet leaves its mark here
  char* to = bytes.data();
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    const std::uint32_t bits = value(0, i) | value(1, i + 1) | value(2, i + 2) | value(3, i + 3);
    seen |= bits;
    *to++ = static_cast<char>(bits >> 16);
    *to++ = static_cast<char>(bits >> 8);
    *to++ = static_cast<char>(bits);
  }
  if (left_over > 0) {
    const std::uint32_t bits = value(0, i) | value(1, i + 1) | (left_over == 3 ? value(2, i + 2) : 0);
    seen |= bits;
    *to++ = static_cast<char>(bits >> 16);
    if (left_over == 3) *to = static_cast<char>(bits >> 8);
    if ((bits & (left_over == 3 ? 0xff : 0xffff)) != 0) return std::nullopt;  // not canonical (RFC 4648 sec. 3.5)
  }
  if (seen >= not_in_alphabet) return std::nullopt;
  return bytes;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text = encode(bytes, base64_alphabet);
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  return decode(text, base64_values);
}

std::string base64url_encode(std::string_view bytes) { return encode(bytes, base64url_alphabet); }

std::optional<std::string> base64url_decode(std::string_view text) { return decode(text, base64url_values); }

std::string hex_encode(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 0xf];
  }
  return text;
}

}  // namespace postern
