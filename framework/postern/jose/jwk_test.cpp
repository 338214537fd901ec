#include "postern/jose/jwk.hpp"

#include <doctest/doctest.h>

#include <format>
#include <string>

#include "postern/base/encoding.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::jose {
namespace {

// The keys of RFC 7515 appendix A.3.1 and RFC 8037 appendix A.2.
constexpr std::string_view p256_numbers =
    R"("crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")";
constexpr std::string_view ed25519_numbers = R"("crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")";

std::string rsa_jwk(std::string_view first_byte, std::size_t bytes, std::string_view exponent) {
  std::string modulus{first_byte};
  modulus.resize(bytes, '\x01');
  return std::format(R"({{"kty":"RSA","kid":"a","n":"{}","e":"{}"}})", base64url_encode(modulus), exponent);
}

Result<Jwk> parse(std::string_view text) {
  TRY(const auto value, json::parse(text));
  return Jwk::parse(value);
}

}  // namespace

TEST_CASE("the kind of a key fixes its algorithm") {
  CHECK(parse(rsa_jwk("\x80", 256, "AQAB")).value().algorithm == Algorithm::rs256);
  CHECK(parse(std::format(R"({{"kty":"EC","kid":"a",{}}})", p256_numbers)).value().algorithm == Algorithm::es256);
  CHECK(parse(std::format(R"({{"kty":"OKP","kid":"a",{}}})", ed25519_numbers)).value().algorithm == Algorithm::eddsa);
}

TEST_CASE("a key that is not for us is refused") {
  struct Row {
    std::string_view why;
    std::string jwk;
  };
  const std::string long_kid(129, 'k');
  for (const auto& [why, jwk] : {
           Row{"no object", "[]"},
           Row{"no kid", std::format(R"({{"kty":"EC",{}}})", p256_numbers)},
           Row{"a kid that is too long", std::format(R"({{"kty":"EC","kid":"{}",{}}})", long_kid, p256_numbers)},
           Row{"a kid with a space", std::format(R"({{"kty":"EC","kid":"a b",{}}})", p256_numbers)},
           Row{"for encryption", std::format(R"({{"kty":"EC","kid":"a","use":"enc",{}}})", p256_numbers)},
           Row{"a use that is no text", std::format(R"({{"kty":"EC","kid":"a","use":null,{}}})", p256_numbers)},
           Row{"alg of another kind", std::format(R"({{"kty":"EC","kid":"a","alg":"RS256",{}}})", p256_numbers)},
           Row{"alg HS256", std::format(R"({{"kty":"EC","kid":"a","alg":"HS256",{}}})", p256_numbers)},
           Row{"alg that is no text", std::format(R"({{"kty":"EC","kid":"a","alg":1,{}}})", p256_numbers)},
           Row{"a symmetric key", R"({"kty":"oct","kid":"a","k":"AAAA"})"},
           Row{"another curve", R"({"kty":"EC","kid":"a","crv":"P-384","x":"AAAA","y":"AAAA"})"},
           Row{"the curve of the other kind", std::format(R"({{"kty":"OKP","kid":"a",{}}})", p256_numbers)},
           Row{"no y", R"({"kty":"EC","kid":"a","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})"},
           Row{"x too short", R"({"kty":"OKP","kid":"a","crv":"Ed25519","x":"AAAA"})"},
           Row{"padding",
               R"({"kty":"OKP","kid":"a","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="})"},
           Row{"RSA of 2047 bits", rsa_jwk("\x7f", 256, "AQAB")},
           Row{"RSA of 1024 bits", rsa_jwk("\x80", 128, "AQAB")},
           Row{"RSA of 8200 bits", rsa_jwk("\x80", 1025, "AQAB")},
           Row{"leading zeros", rsa_jwk(std::string_view{"\0", 1}, 257, "AQAB")},
           Row{"an exponent of nine bytes", rsa_jwk("\x80", 256, "AQAAAAAAAAAB")},
           Row{"no exponent", rsa_jwk("\x80", 256, "")},
       }) {
    CAPTURE(why);
    CHECK_FALSE(parse(jwk));
  }
}

TEST_CASE("a point off the curve fails when the key is imported") {
  testing::TestPorts test;
  const auto good = parse(std::format(R"({{"kty":"EC","kid":"a",{}}})", p256_numbers)).value();
  CHECK(Key::import(test.crypto, good));
  auto bad = good;
  std::get<P256PublicKey>(bad.public_key).y.back() ^= 1;
  CHECK_FALSE(Key::import(test.crypto, bad));
}

TEST_CASE("a set passes over what it cannot use, and needs at least one key that it can") {
  const std::string usable = std::format(R"({{"kty":"EC","kid":"a",{}}})", p256_numbers);
  const auto set = Jwks::parse(std::format(R"({{"keys":[{{"kty":"new"}},{},7]}})", usable));
  CHECK(set.value().keys().size() == 1);

  std::string too_many = usable;
  for (int i = 0; i < 20; ++i) too_many += "," + usable;
  for (const std::string& bad :
       {std::string{"{}"}, std::string{R"({"keys":[]})"}, std::string{R"({"keys":{}})"},
        std::string{R"({"keys":[{}]})"}, std::string{"[]"}, std::string{"<html>"}, std::string{},
        std::format(R"({{"keys":[{}]}})", too_many),
        std::format(R"({{"keys":[{}],"padding":"{}"}})", usable, std::string(64 * 1024, 'x'))}) {
    CHECK_FALSE(Jwks::parse(bad));
  }
}

}  // namespace postern::jose
