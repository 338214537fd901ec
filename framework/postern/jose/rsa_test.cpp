#include "postern/jose/rsa.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "postern/base/encoding.hpp"
#include "postern/json/value.hpp"

namespace postern::jose {
namespace {

// Keys made by Node (testdata/make_pem_vectors.mjs), `good` with their numbers.
json::Value read_vectors() {
  std::ifstream file{"framework/postern/jose/testdata/pem_vectors.json"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  return json::parse(text).value();
}

std::string text_of(const json::Value& row, std::string_view name) {
  return std::string{json::find_string(row.as_object(), name).value()};
}

std::string first_good_pem(const json::Value& vectors) {
  return text_of(json::find(vectors, "good")->as_array().front(), "pem");
}

std::string der_of(std::string_view pem) {
  std::string base64;
  for (const char c : pem.substr(26, pem.size() - 26 - 25)) {
    if (c != '\n') base64 += c;
  }
  return base64_decode(base64).value();
}

std::string pem_of(std::string_view der) {
  return "-----BEGIN PUBLIC KEY-----\n" + base64_encode(der) + "\n-----END PUBLIC KEY-----\n";
}

}  // namespace

TEST_CASE("a key in PEM has the numbers that Node gives it") {
  const auto vectors = read_vectors();
  for (const auto& row : json::find(vectors, "good")->as_array()) {
    CAPTURE(text_of(row, "name"));
    const auto key = parse_rsa_public_key_pem(text_of(row, "pem"));
    REQUIRE(key);
    CHECK(base64url_encode(key->modulus) == text_of(row, "n"));
    CHECK(base64url_encode(key->exponent) == text_of(row, "e"));
  }
}

TEST_CASE("what is no RSA public key of 2048 bits or more is refused, whatever its label says") {
  const auto vectors = read_vectors();
  for (const auto& row : json::find(vectors, "bad")->as_array()) {
    CAPTURE(text_of(row, "name"));
    CHECK_FALSE(parse_rsa_public_key_pem(text_of(row, "pem")));
  }
  CHECK_FALSE(parse_rsa_public_key_pem(""));
  CHECK_FALSE(parse_rsa_public_key_pem("-----BEGIN PUBLIC KEY-----"));
  CHECK_FALSE(parse_rsa_public_key_pem("-----BEGIN PUBLIC KEY-----END PUBLIC KEY-----"));
}

TEST_CASE("a key that had to fit on one line is the same key") {
  const std::string pem = first_good_pem(read_vectors());
  const auto key = parse_rsa_public_key_pem(pem).value();
  for (std::string_view line_break : {"", "\\n", "\\r\\n", "\r\n"}) {
    CAPTURE(line_break);
    std::string text;
    for (const char c : pem) c == '\n' ? text += line_break : text += c;
    const auto other = parse_rsa_public_key_pem(text);
    REQUIRE(other);
    CHECK(other->modulus == key.modulus);
  }
}

TEST_CASE("a key cut anywhere, or with something before or behind it, is refused") {
  const std::string pem = first_good_pem(read_vectors());
  const std::string der = der_of(pem);
  REQUIRE(parse_rsa_public_key_pem(pem_of(der)));
  for (std::size_t size = 0; size < der.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(parse_rsa_public_key_pem(pem_of(der.substr(0, size))));
  }
  CHECK_FALSE(parse_rsa_public_key_pem(" " + pem));
  CHECK_FALSE(parse_rsa_public_key_pem(pem + "x"));
}

TEST_CASE("another bit in what is not a number of the key is refused") {
  const std::string pem = first_good_pem(read_vectors());
  const std::string der = der_of(pem);
  const std::size_t modulus_at = der.size() - 257 - 5;  // a zero and 256 bytes, then the exponent's 02 03 01 00 01
  for (std::size_t at = 0; at < modulus_at; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      CAPTURE(at);
      CAPTURE(bit);
      std::string changed = der;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      CHECK_FALSE(parse_rsa_public_key_pem(pem_of(changed)));
    }
  }
}

TEST_CASE("numbers that no RSA key has are refused, as the host's Crypto would") {
  const std::string odd = "\x80" + std::string(254, '\0') + "\x01";
  CHECK(make_rsa_public_key(odd, "\x03"));
  CHECK_FALSE(make_rsa_public_key(odd, "\x01"));
  CHECK_FALSE(make_rsa_public_key(odd, "\x04"));
  CHECK_FALSE(make_rsa_public_key(odd, ""));
  CHECK_FALSE(make_rsa_public_key(odd, std::string(9, '\x03')));
  CHECK_FALSE(make_rsa_public_key("\x80" + std::string(255, '\0'), "\x03"));
  CHECK_FALSE(make_rsa_public_key("\x7f" + odd.substr(1), "\x03"));  // 2047 bits
  CHECK_FALSE(make_rsa_public_key(std::string(1, '\0') + odd, "\x03"));
}

TEST_CASE("lengths that are not in their shortest form are refused (X.690 sec. 10.1)") {
  const std::string der = der_of(first_good_pem(read_vectors()));
  // 30 82 01 22 ... becomes 30 83 00 01 22 ..., and 30 80 ... (indefinite).
  CHECK_FALSE(parse_rsa_public_key_pem(pem_of(std::string{"\x30\x83\x00\x01\x22", 5} + der.substr(4))));
  CHECK_FALSE(parse_rsa_public_key_pem(pem_of("\x30\x80" + der.substr(4) + std::string(2, '\0'))));
}

}  // namespace postern::jose
