// What every Crypto must do, shown by other people's numbers: FIPS 180-4 and RFC 6234 (SHA-256), RFC 4231 (HMAC), the
// GCM specification's AES-256 cases, RFC 7515 and RFC 8037 (signatures).
//
//   TEST_CASE("my cryptography keeps the contract") { contract::check_crypto(*make_my_crypto()); }
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "postern/base/encoding.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::contract {

inline std::string from_hex(std::string_view text) {
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  return bytes;
}
inline std::string from_base64url(std::string_view text) { return base64url_decode(text).value(); }

inline void check_hashes(Crypto& crypto) {
  SUBCASE("SHA-256 gives the digests of FIPS 180-4's examples") {
    CHECK(hex_encode(crypto.sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex_encode(crypto.sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex_encode(crypto.sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex_encode(crypto.sha256(std::string(1'000'000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }
  SUBCASE("HMAC-SHA-256 gives the tags of RFC 4231 section 4") {
    CHECK(hex_encode(crypto.hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hex_encode(crypto.hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hex_encode(
              crypto.hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  }
  SUBCASE("an empty HMAC key is a key, and never the last one again") {
    (void)crypto.hmac_sha256("Jefe", "x");
    CHECK(hex_encode(crypto.hmac_sha256({}, {})) ==  // openssl dgst -sha256 -mac HMAC -macopt hexkey: < /dev/null
          "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  }
}

inline void check_encryption(Crypto& crypto) {
  struct Row {
    std::string_view name, key, nonce, plain, associated, sealed;
  };
  constexpr std::string_view zero_key = "0000000000000000000000000000000000000000000000000000000000000000";
  constexpr std::string_view real_key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
  const Row rows[] = {
      {"case 13", zero_key, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
      {"case 14", zero_key, "000000000000000000000000", "00000000000000000000000000000000", "",
       "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
      {"case 16", real_key, "cafebabefacedbaddecaf888",
       "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
       "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
       "feedfacedeadbeeffeedfacedeadbeefabaddad2",
       "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
       "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
  };
  SUBCASE("AES-256-GCM gives the cases of the GCM specification, appendix B") {
    for (const Row& row : rows) {
      CAPTURE(row.name);
      const std::string key = from_hex(row.key), nonce = from_hex(row.nonce), plain = from_hex(row.plain),
                        associated = from_hex(row.associated), sealed = from_hex(row.sealed);
      CHECK(hex_encode(crypto.aes_gcm_seal(key, nonce, plain, associated)) == row.sealed);
      CHECK(crypto.aes_gcm_open(key, nonce, sealed, associated) == plain);
    }
  }
  SUBCASE("a changed bit anywhere is not genuine") {
    const Row& row = rows[2];
    const std::string key = from_hex(row.key), nonce = from_hex(row.nonce), associated = from_hex(row.associated),
                      sealed = from_hex(row.sealed);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      CHECK_FALSE(crypto.aes_gcm_open(key, nonce, changed, associated));
    }
    CHECK_FALSE(crypto.aes_gcm_open(key, nonce, sealed, associated + "x"));
    CHECK_FALSE(crypto.aes_gcm_open(key, nonce, sealed, ""));
    CHECK_FALSE(crypto.aes_gcm_open(key, from_hex("cafebabefacedbaddecaf889"), sealed, associated));
    CHECK_FALSE(crypto.aes_gcm_open(from_hex(zero_key), nonce, sealed, associated));
    CHECK_FALSE(crypto.aes_gcm_open(key, nonce, sealed.substr(0, sealed.size() - 1), associated));
    CHECK_FALSE(crypto.aes_gcm_open(key, nonce, sealed.substr(0, 15), associated));
    CHECK_FALSE(crypto.aes_gcm_open(key, nonce, "", associated));
    CHECK(crypto.aes_gcm_open(key, nonce, sealed, associated));  // and a failure leaves nothing behind
  }
}

struct SignatureVector {
  std::string_view source;
  PublicKey key;
  std::string signed_text, signature;
};

// A 2048-bit RSA key, RFC 7515 appendix A.2.
inline RsaPublicKey rfc7515_rsa_key() {
  return {from_base64url("ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d"
                         "4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexM"
                         "dbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvU"
                         "K-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"),
          from_base64url("AQAB")};
}
inline P256PublicKey rfc7515_p256_key() {
  return {from_base64url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
          from_base64url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")};
}

inline void check_signatures(Crypto& crypto) {
  const std::string payload =
      ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const SignatureVector vectors[] = {
      {"RS256, RFC 7515 A.2", rfc7515_rsa_key(), "eyJhbGciOiJSUzI1NiJ9" + payload,
       from_base64url("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5ju"
                      "jGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07"
                      "Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipU"
                      "TI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw")},
      {"ES256, RFC 7515 A.3", rfc7515_p256_key(), "eyJhbGciOiJFUzI1NiJ9" + payload,
       from_base64url("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")},
      {"EdDSA, RFC 8037 A.4", Ed25519PublicKey{from_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")},
       "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
       from_base64url("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")},
  };
  for (const SignatureVector& vector : vectors) {
    CAPTURE(vector.source);
    const auto key = crypto.import_key(vector.key);
    REQUIRE(key);
    const VerifyingKey& verifying = **key;
    CHECK(verifying.verify(vector.signed_text, vector.signature));
    CHECK_FALSE(verifying.verify(vector.signed_text + "x", vector.signature));
    CHECK_FALSE(verifying.verify("", vector.signature));
    for (std::size_t i = 0; i < vector.signature.size(); ++i) {
      std::string changed = vector.signature;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      CHECK_FALSE(verifying.verify(vector.signed_text, changed));
    }
    const std::string size_of_it(vector.signature.size(), '\0');
    for (const std::string& wrong : {std::string{}, vector.signature + '\0', vector.signature.substr(1), size_of_it,
                                     std::string(vector.signature.size(), '\xff')})
      CHECK_FALSE(verifying.verify(vector.signed_text, wrong));
    CHECK(verifying.verify(vector.signed_text, vector.signature));
  }
}

inline void check_refused_keys(Crypto& crypto) {
  const RsaPublicKey rsa = rfc7515_rsa_key();
  const P256PublicKey p256 = rfc7515_p256_key();
  std::string even = rsa.modulus;
  even.back() = static_cast<char>(even.back() ^ 1);
  struct Row {
    std::string_view why;
    PublicKey key;
  };
  for (const Row& row : {
           Row{"RSA of 1024 bits", RsaPublicKey{rsa.modulus.substr(128), rsa.exponent}},
           {"RSA of 2047 bits", RsaPublicKey{"\x7f" + rsa.modulus.substr(1), rsa.exponent}},
           {"1024 bits behind zeros", RsaPublicKey{std::string(128, '\0') + rsa.modulus.substr(128), rsa.exponent}},
           {"RSA without a modulus", RsaPublicKey{"", rsa.exponent}},
           {"RSA too large to be quick", RsaPublicKey{std::string(1025, '\xff'), rsa.exponent}},
           {"an even modulus", RsaPublicKey{even, rsa.exponent}},
           {"no exponent", RsaPublicKey{rsa.modulus, ""}},
           {"an exponent of 1", RsaPublicKey{rsa.modulus, "\x01"}},
           {"an even exponent", RsaPublicKey{rsa.modulus, "\x04"}},
           {"a huge exponent", RsaPublicKey{rsa.modulus, rsa.modulus}},
           {"a point off the curve", P256PublicKey{p256.x, p256.x}},
           {"coordinates the wrong way round", P256PublicKey{p256.y, p256.x}},
           {"the point (0, 0)", P256PublicKey{std::string(32, '\0'), std::string(32, '\0')}},
           {"a coordinate beyond the field", P256PublicKey{std::string(32, '\xff'), p256.y}},
           {"a coordinate too short", P256PublicKey{p256.x.substr(1), p256.y}},
           {"a coordinate too long", P256PublicKey{p256.x, '\0' + p256.y}},
           {"Ed25519 of 31 bytes", Ed25519PublicKey{std::string(31, 'x')}},
           {"Ed25519 of 33 bytes", Ed25519PublicKey{std::string(33, 'x')}},
           {"Ed25519 of none", Ed25519PublicKey{}},
       }) {
    CAPTURE(row.why);
    const auto imported = crypto.import_key(row.key);
    REQUIRE_FALSE(imported);
    CHECK(imported.error().kind == Error::Kind::invalid);
  }
}

inline void check_crypto(Crypto& crypto) {
  SUBCASE("hashes") { check_hashes(crypto); }
  SUBCASE("encryption") { check_encryption(crypto); }
  SUBCASE("signatures verify, and nothing else does") { check_signatures(crypto); }
  SUBCASE("keys that prove nothing are refused") { check_refused_keys(crypto); }
}

}  // namespace postern::contract
