#include "postern/base/encoding.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace postern {
namespace {

constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t not_in_alphabet = 0xff;

constexpr std::array<std::uint8_t, 256> reverse(std::string_view alphabet) {
  std::array<std::uint8_t, 256> table{};
  table.fill(not_in_alphabet);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}
constexpr auto base64_values = reverse(base64_alphabet);
constexpr auto base64url_values = reverse(base64url_alphabet);

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

std::optional<std::string> decode(std::string_view text, const std::array<std::uint8_t, 256>& values) {
  const std::size_t left_over = text.size() % 4;
  if (left_over == 1) return std::nullopt;
  std::string bytes(text.size() / 4 * 3 + (left_over == 0 ? 0 : left_over - 1), '\0');
  std::uint32_t seen = 0;  // what is not in the alphabet leaves a high bit here
  const auto value = [&](std::size_t i) {
    const std::uint32_t bits = values[static_cast<unsigned char>(text[i])];
    seen |= bits;
    return bits;
  };
  char* to = bytes.data();
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    const std::uint32_t bits = value(i) << 18 | value(i + 1) << 12 | value(i + 2) << 6 | value(i + 3);
    *to++ = static_cast<char>(bits >> 16);
    *to++ = static_cast<char>(bits >> 8);
    *to++ = static_cast<char>(bits);
  }
  std::uint32_t unused = 0;
  if (left_over > 0) {
    const std::uint32_t bits = value(i) << 18 | value(i + 1) << 12 | (left_over == 3 ? value(i + 2) << 6 : 0);
    *to++ = static_cast<char>(bits >> 16);
    if (left_over == 3) *to = static_cast<char>(bits >> 8);
    unused = bits & (left_over == 3 ? 0xff : 0xffff);
  }
  if (seen > 0x3f || unused != 0) return std::nullopt;  // foreign, or not canonical
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
