#include "postern/ports/crypto.hpp"

#include <doctest/doctest.h>

#include "hosts/native/ports/openssl_crypto.hpp"
#include "postern/base/encoding.hpp"
#include "postern/ports/contract/crypto_contract.hpp"
#include "postern/ports/rotated_secret.hpp"
#include "postern/testing/seeded_random.hpp"

namespace postern {
namespace {

using contract::from_hex;

std::string counting(unsigned first, unsigned last) {
  std::string bytes;
  for (unsigned byte = first; byte <= last; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

}  // namespace

TEST_CASE("HKDF gives the SHA-256 cases of RFC 5869 appendix A") {
  const auto crypto = native::make_openssl_crypto();
  struct Row {
    std::string key_material, salt, info;
    std::size_t size;
    std::string_view output;
  };
  for (const Row& row : {
           Row{std::string(22, '\x0b'), counting(0, 0x0c), counting(0xf0, 0xf9), 42,
               "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
           {counting(0, 0x4f), counting(0x60, 0xaf), counting(0xb0, 0xff), 82,
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c"
            "2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
           {std::string(22, '\x0b'), "", "", 42,
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
       })
    CHECK(hex_encode(hkdf_sha256(*crypto, row.key_material, row.salt, row.info, row.size)) == row.output);
}

TEST_CASE("a derived key is HKDF's first 32 bytes, another for each purpose") {
  const auto crypto = native::make_openssl_crypto();
  const Secret master{std::string(22, '\x0b')};
  CHECK(derive_key(*crypto, master, "") ==  // RFC 5869 A.3
        from_hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"));
  CHECK_FALSE(derive_key(*crypto, master, "access-token") == derive_key(*crypto, master, "consent"));
}

TEST_CASE("a sealed box opens with the same key and associated data only, and no two are alike") {
  const auto crypto = native::make_openssl_crypto();
  testing::SeededRandom random;
  const Secret key{std::string(32, 'k')};
  const std::string box = seal(*crypto, random, key, "payload", "for a");
  CHECK(box.size() == 12 + 7 + 16);
  CHECK(open(*crypto, key, box, "for a") == "payload");
  CHECK_FALSE(open(*crypto, key, box, "for b"));
  CHECK_FALSE(open(*crypto, Secret{std::string(32, 'j')}, box, "for a"));
  CHECK(seal(*crypto, random, key, "payload", "for a") != box);
  CHECK(open(*crypto, key, seal(*crypto, random, key, "", ""), "") == "");
  for (std::size_t size = 0; size < box.size(); ++size) CHECK_FALSE(open(*crypto, key, box.substr(0, size), "for a"));
  for (std::size_t i = 0; i < box.size(); ++i) {
    std::string changed = box;
    changed[i] = static_cast<char>(changed[i] ^ 0x80);
    CHECK_FALSE(open(*crypto, key, changed, "for a"));
  }
}

TEST_CASE("a secret that has replaced another opens what either has sealed") {
  const auto crypto = native::make_openssl_crypto();
  testing::SeededRandom random;
  const Secret older{std::string(32, '0')}, old{std::string(32, '1')}, young{std::string(32, '2')};
  const RotatedSecret keys = derive_key(*crypto, RotatedSecret{young, old}, "cookies");
  CHECK(keys.current == derive_key(*crypto, young, "cookies"));
  for (const Secret& secret : {young, old})
    CHECK(open(*crypto, keys, seal(*crypto, random, derive_key(*crypto, secret, "cookies"), "x", "a"), "a") == "x");
  CHECK_FALSE(open(*crypto, keys, seal(*crypto, random, derive_key(*crypto, older, "cookies"), "x", "a"), "a"));
  const RotatedSecret alone = derive_key(*crypto, RotatedSecret{young}, "cookies");
  CHECK_FALSE(alone.has_previous());
  CHECK_FALSE(open(*crypto, alone, seal(*crypto, random, keys.previous, "x", "a"), "a"));
}

TEST_CASE("ids and tokens have 128 and 256 bits in base64url") {
  testing::SeededRandom random;
  const std::string id = random_id(random);
  const std::string token = random_token(random);
  CHECK(id.size() == 22);
  CHECK(token.size() == 43);
  CHECK(base64url_decode(id)->size() == 16);
  CHECK(base64url_decode(token)->size() == 32);
  CHECK(random_token(random) != token);
}

}  // namespace postern
