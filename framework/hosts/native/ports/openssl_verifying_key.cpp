#include "hosts/native/ports/openssl_verifying_key.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <array>
#include <string>
#include <utility>

#include "hosts/native/ports/openssl_handles.hpp"

namespace postern::native {
namespace {

constexpr std::size_t sha256_bytes = 32;
constexpr std::size_t p256_bytes = 32;
constexpr std::size_t ed25519_bytes = 32;
constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 8192;  // time to verify grows with the square

std::unexpected<Error> refuse(std::string_view why) {
  ERR_clear_error();
  return fail(Error::Kind::invalid, std::string{why});
}

// RS256 and ES256: OpenSSL verifies the digest, with a context that is set up once. Left-over errors would be taken for
// its own by a TLS connection on this thread, so each call leaves the queue empty.
class DigestVerifier {
 public:
  DigestVerifier(KeyContext context, EVP_MD* sha256)
      : context_(std::move(context)), digest_context_(EVP_MD_CTX_new()), sha256_(sha256) {}

  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const {
    std::array<unsigned char, sha256_bytes> digest{};
    const bool genuine =
        EVP_DigestInit_ex2(digest_context_.get(), sha256_, nullptr) == 1 &&
        EVP_DigestUpdate(digest_context_.get(), message.data(), message.size()) == 1 &&
        EVP_DigestFinal_ex(digest_context_.get(), digest.data(), nullptr) == 1 &&
        EVP_PKEY_verify(context_.get(), bytes_of(signature), signature.size(), digest.data(), digest.size()) == 1;
    if (!genuine) ERR_clear_error();
    return genuine;
  }

 private:
  KeyContext context_;
  DigestContext digest_context_;
  EVP_MD* sha256_;
};

class RsaVerifyingKey final : public VerifyingKey {
 public:
  explicit RsaVerifyingKey(DigestVerifier verifier) : verifier_(std::move(verifier)) {}
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const override {
    return verifier_.verify(message, signature);
  }

 private:
  DigestVerifier verifier_;
};

class P256VerifyingKey final : public VerifyingKey {
 public:
  explicit P256VerifyingKey(DigestVerifier verifier) : verifier_(std::move(verifier)) {}

  // JOSE has r||s (RFC 7518 sec. 3.4), OpenSSL the DER structure of the two.
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const override {
    if (signature.size() != 2 * p256_bytes) return false;
    const EcdsaSignature numbers{ECDSA_SIG_new()};
    BigNumber r{BN_bin2bn(bytes_of(signature), p256_bytes, nullptr)};
    BigNumber s{BN_bin2bn(bytes_of(signature.substr(p256_bytes)), p256_bytes, nullptr)};
    if (!numbers || !r || !s || ECDSA_SIG_set0(numbers.get(), r.release(), s.release()) != 1) return false;
    std::array<unsigned char, 80> der{};  // 72 at most for P-256
    unsigned char* end = der.data();
    const int size = i2d_ECDSA_SIG(numbers.get(), &end);
    if (size <= 0) return false;
    return verifier_.verify(message, {reinterpret_cast<const char*>(der.data()), static_cast<std::size_t>(size)});
  }

 private:
  DigestVerifier verifier_;
};

class Ed25519VerifyingKey final : public VerifyingKey {
 public:
  explicit Ed25519VerifyingKey(Key key) : key_(std::move(key)), context_(EVP_MD_CTX_new()) {}

  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const override {
    EVP_MD_CTX_reset(context_.get());
    const bool genuine =
        EVP_DigestVerifyInit(context_.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
        EVP_DigestVerify(context_.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
    if (!genuine) ERR_clear_error();
    return genuine;
  }

 private:
  Key key_;
  DigestContext context_;
};

Key key_from_parameters(const char* type, const ParametersBuilder& builder) {
  const Parameters parameters{OSSL_PARAM_BLD_to_param(builder.get())};
  const KeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return Key{key};
}

KeyContext verifying_context(const Key& key, EVP_MD* sha256) {
  KeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), sha256) != 1) {
    return nullptr;
  }
  return context;
}

using Imported = Result<std::unique_ptr<VerifyingKey>>;

Imported import_rsa(const RsaPublicKey& numbers, EVP_MD* sha256) {
  if (numbers.modulus.size() * 8 > rsa_bits_max || numbers.exponent.empty() || numbers.exponent.size() > 8)
    return refuse("An RSA key must have a modulus of 2048 to 8192 bits and an exponent of 64 at most.");
  const BigNumber modulus{BN_bin2bn(bytes_of(numbers.modulus), static_cast<int>(numbers.modulus.size()), nullptr)};
  const BigNumber exponent{BN_bin2bn(bytes_of(numbers.exponent), static_cast<int>(numbers.exponent.size()), nullptr)};
  if (!modulus || !exponent) return refuse("The RSA key cannot be read.");
  if (BN_num_bits(modulus.get()) < rsa_bits_min || BN_is_odd(modulus.get()) == 0)
    return refuse("An RSA key must have 2048 bits or more.");
  if (BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) == 1)
    return refuse("An RSA exponent must be odd and 3 or more.");

  const ParametersBuilder builder{OSSL_PARAM_BLD_new()};
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
    return refuse("The RSA key cannot be read.");
  }
  const Key key = key_from_parameters("RSA", builder);
  if (!key) return refuse("The RSA key cannot be read.");
  KeyContext context = verifying_context(key, sha256);
  if (!context || EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1)
    return refuse("The RSA key cannot be used.");
  return std::make_unique<RsaVerifyingKey>(DigestVerifier{std::move(context), sha256});
}

Imported import_p256(const P256PublicKey& point, EVP_MD* sha256) {
  if (point.x.size() != p256_bytes || point.y.size() != p256_bytes)
    return refuse("The coordinates of a P-256 key must be 32 bytes each.");
  const std::string uncompressed = "\x04" + point.x + point.y;
  const ParametersBuilder builder{OSSL_PARAM_BLD_new()};
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, uncompressed.data(),
                                       uncompressed.size()) != 1) {
    return refuse("The P-256 key cannot be read.");
  }
  const Key key = key_from_parameters("EC", builder);
  if (!key) return refuse("The P-256 key is no point of the curve.");
  const KeyContext check{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
  if (!check || EVP_PKEY_public_check(check.get()) != 1) return refuse("The P-256 key is no point of the curve.");
  KeyContext context = verifying_context(key, sha256);
  if (!context) return refuse("The P-256 key cannot be used.");
  return std::make_unique<P256VerifyingKey>(DigestVerifier{std::move(context), sha256});
}

Imported import_ed25519(const Ed25519PublicKey& point) {
  if (point.x.size() != ed25519_bytes) return refuse("An Ed25519 key must be 32 bytes.");
  Key key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(point.x), point.x.size())};
  if (!key) return refuse("The Ed25519 key cannot be read.");
  return std::make_unique<Ed25519VerifyingKey>(std::move(key));
}

}  // namespace

Result<std::unique_ptr<VerifyingKey>> import_verifying_key(const PublicKey& key, EVP_MD* sha256) {
  if (const auto* rsa = std::get_if<RsaPublicKey>(&key)) return import_rsa(*rsa, sha256);
  if (const auto* p256 = std::get_if<P256PublicKey>(&key)) return import_p256(*p256, sha256);
  return import_ed25519(std::get<Ed25519PublicKey>(key));
}

}  // namespace postern::native
