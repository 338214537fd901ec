// For tests: a Clerk instance's RSA key, and the tokens that it signs. Made with OpenSSL alone, so that what we verify
// is not what we signed ourselves.
//
//   const TestSigner clerk{"ins_1"};
//   test.fetch.when(jwks_url).answer(200, clerk.jwks());
//   clerk.session_token(now, {{"azp", "https://app.test"}});       // with these claims set; null leaves one out
#pragma once

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <format>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/base/ensure.hpp"
#include "postern/base/time.hpp"
#include "postern/json/value.hpp"

namespace postern::clerk {

inline constexpr std::string_view test_issuer = "https://clerk.example.test";
inline constexpr std::string_view test_app = "https://app.example.test";

class TestSigner {
 public:
  explicit TestSigner(std::string kid) : kid_(std::move(kid)), key_(EVP_RSA_gen(2048), EVP_PKEY_free) {}

  [[nodiscard]] std::string jwk() const {
    return std::format(R"({{"kty":"RSA","use":"sig","alg":"RS256","kid":"{}","n":"{}","e":"AQAB"}})", kid_, modulus());
  }
  [[nodiscard]] std::string jwks() const { return std::format(R"({{"keys":[{}]}})", jwk()); }

  [[nodiscard]] std::string public_pem() const {
    const std::unique_ptr<BIO, void (*)(BIO*)> out{BIO_new(BIO_s_mem()), BIO_free_all};
    ensure(PEM_write_bio_PUBKEY(out.get(), key_.get()) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

  [[nodiscard]] std::string sign(const json::Object& header, const json::Object& claims) const {
    const std::string text =
        base64url_encode(json::serialize(header)) + "." + base64url_encode(json::serialize(claims));
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    std::string signature(256, '\0');
    std::size_t size = signature.size();
    ensure(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
    ensure(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1);
    return text + "." + base64url_encode(signature);
  }

  [[nodiscard]] std::string session_token(TimePoint now, const json::Object& claims = {},
                                          const json::Object& header = {}) const {
    const std::int64_t issued_at = to_unix_seconds(now);
    return sign(merge({{"alg", "RS256"}, {"typ", "JWT"}, {"cat", "cl_B7d4PD111AAA"}, {"kid", kid_}}, header),
                merge({{"iss", test_issuer},
                       {"azp", test_app},
                       {"sub", "user_1"},
                       {"sid", "sess_1"},
                       {"sts", "active"},
                       {"iat", issued_at},
                       {"nbf", issued_at - 10},
                       {"exp", issued_at + 60},
                       {"v", 2}},
                      claims));
  }

 private:
  static json::Object merge(json::Object base, const json::Object& changes) {
    for (const auto& [name, value] : changes) {
      if (value.is_null()) {
        base.erase(name);
      } else {
        base[name] = value;
      }
    }
    return base;
  }

  [[nodiscard]] std::string modulus() const {
    BIGNUM* number = nullptr;
    ensure(EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_RSA_N, &number) == 1);
    std::string bytes(256, '\0');
    ensure(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), 256) == 256);
    BN_free(number);
    return base64url_encode(bytes);
  }

  std::string kid_;
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

}  // namespace postern::clerk
