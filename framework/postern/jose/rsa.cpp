#include "postern/jose/rsa.hpp"

#include <bit>
#include <cstddef>
#include <optional>
#include <utility>

#include "postern/base/encoding.hpp"

namespace postern::jose {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t modulus_bits_min = 2048;
constexpr std::size_t modulus_bits_max = 8192;
constexpr std::size_t exponent_bytes_max = 8;
constexpr std::size_t pem_bytes_max = 2048;  // 8192 bits are 1.4 KB

constexpr std::string_view pem_begin = "-----BEGIN PUBLIC KEY-----";
constexpr std::string_view pem_end = "-----END PUBLIC KEY-----";

// AlgorithmIdentifier: 1.2.840.113549.1.1.1 and NULL.
constexpr std::string_view rsa_encryption = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"sv;

std::unexpected<Error> refuse(std::string message) { return fail(Error::Kind::invalid, std::move(message)); }

// A number is in its shortest form (RFC 7518 sec. 2, Base64urlUInt), so its first byte is not zero.
std::size_t count_bits(std::string_view number) {
  return number.size() * 8 - static_cast<std::size_t>(std::countl_zero(static_cast<unsigned char>(number.front())));
}

bool is_odd(std::string_view number) { return (static_cast<unsigned char>(number.back()) & 1U) != 0; }

// What stands between the two lines, without its line breaks.
std::optional<std::string> find_pem_body(std::string_view text) {
  if (text.size() > pem_bytes_max) return std::nullopt;
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == R"(\n)" || text.substr(i, 2) == R"(\r)") {
      ++i;
    } else if (text[i] != '\n' && text[i] != '\r') {
      line += text[i];
    }
  }
  if (!line.starts_with(pem_begin) || !line.ends_with(pem_end)) return std::nullopt;
  if (line.size() < pem_begin.size() + pem_end.size()) return std::nullopt;
  return line.substr(pem_begin.size(), line.size() - pem_begin.size() - pem_end.size());
}

enum class Tag : unsigned char { integer = 0x02, bit_string = 0x03, sequence = 0x30 };

// Takes the contents of the element at the front (X.690 sec. 10.1: the length is definite and in its shortest form).
std::optional<std::string_view> take(std::string_view& der, Tag tag) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(der[at]); };
  if (der.size() < 2 || byte(0) != static_cast<unsigned char>(tag)) return std::nullopt;
  std::size_t size = byte(1);
  std::size_t head = 2;
  if (size >= 0x80) {
    head += size - 0x80;
    if (head == 2 || head > 4 || der.size() < head || byte(2) == 0) return std::nullopt;
    size = 0;
    for (std::size_t i = 2; i < head; ++i) size = size << 8U | byte(i);
    if (size < 0x80) return std::nullopt;
  }
  if (der.size() - head < size) return std::nullopt;
  const auto contents = der.substr(head, size);
  der.remove_prefix(head + size);
  return contents;
}

// A positive number's bytes, without the zero that keeps it positive.
std::optional<std::string> take_number(std::string_view& der) {
  auto number = take(der, Tag::integer);
  if (!number || number->empty()) return std::nullopt;
  const auto is_high = [&](std::size_t at) { return (static_cast<unsigned char>((*number)[at]) & 0x80U) != 0; };
  if (is_high(0)) return std::nullopt;  // negative
  if (number->front() == '\0') {
    if (number->size() == 1 || !is_high(1)) return std::nullopt;  // zero, or not the shortest form
    number->remove_prefix(1);
  }
  return std::string{*number};
}

std::optional<std::pair<std::string, std::string>> read_subject_public_key_info(std::string_view der) {
  auto info = take(der, Tag::sequence);
  if (!info || !der.empty()) return std::nullopt;
  const auto algorithm = take(*info, Tag::sequence);
  auto bits = take(*info, Tag::bit_string);
  if (algorithm != rsa_encryption || !bits || !info->empty() || !bits->starts_with('\0')) return std::nullopt;
  bits->remove_prefix(1);
  auto key = take(*bits, Tag::sequence);
  if (!key || !bits->empty()) return std::nullopt;
  auto modulus = take_number(*key);
  auto exponent = take_number(*key);
  if (!modulus || !exponent || !key->empty()) return std::nullopt;
  return std::pair{*std::move(modulus), *std::move(exponent)};
}

}  // namespace

Result<RsaPublicKey> make_rsa_public_key(std::string modulus, std::string exponent) {
  if (modulus.empty() || exponent.empty()) return refuse("A number of the key is missing.");
  if (modulus.front() == '\0' || exponent.front() == '\0') return refuse("A number of the key has leading zeros.");
  const std::size_t bits = count_bits(modulus);
  if (bits < modulus_bits_min || bits > modulus_bits_max) return refuse("The RSA key has a size we refuse.");
  if (exponent.size() > exponent_bytes_max) return refuse("The RSA exponent is too large.");
  if (!is_odd(modulus) || !is_odd(exponent) || exponent == "\x01")
    return refuse("The RSA key's numbers cannot be true.");
  return RsaPublicKey{.modulus = std::move(modulus), .exponent = std::move(exponent)};
}

Result<RsaPublicKey> parse_rsa_public_key_pem(std::string_view text) {
  const auto body = find_pem_body(text);
  const auto der = body ? base64_decode(*body) : std::nullopt;
  auto numbers = der ? read_subject_public_key_info(*der) : std::nullopt;
  if (!numbers) return refuse("It is not an RSA public key in PEM, from BEGIN PUBLIC KEY to END PUBLIC KEY.");
  return make_rsa_public_key(std::move(numbers->first), std::move(numbers->second));
}

}  // namespace postern::jose
