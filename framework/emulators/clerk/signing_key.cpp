#include "emulators/clerk/signing_key.hpp"

#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include <cstdio>

#include "postern/base/encoding.hpp"
#include "postern/base/ensure.hpp"

namespace postern::emulator {

namespace {

constexpr unsigned modulus_bits = 2048;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::string number(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  ensure(EVP_PKEY_get_bn_param(key, name, &value) == 1);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
  BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(value);
  return bytes;
}

}  // namespace

void SigningKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Result<SigningKey> SigningKey::generate(std::string kid) {
  Handle key{EVP_RSA_gen(modulus_bits)};
  if (!key) return fail(Error::Kind::internal, "OpenSSL could not make an RSA key.");
  return SigningKey{std::move(kid), std::move(key)};
}

Result<SigningKey> SigningKey::load_or_create(const std::string& path, std::string kid) {
  if (File file{std::fopen(path.c_str(), "re")}) {
    Handle key{PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr)};
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key.get()) != modulus_bits) {
      return fail(Error::Kind::invalid,
                  path + " is not the PEM of an RSA-2048 private key. Delete it to get a new one.");
    }
    return SigningKey{std::move(kid), std::move(key)};
  }
  TRY(auto made, generate(std::move(kid)));
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(Error::Kind::unavailable, "Cannot write the signing key to " + path + ".");
  const File file{::fdopen(descriptor, "w")};
  if (!file || PEM_write_PrivateKey(file.get(), made.key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail(Error::Kind::unavailable, "Cannot write the signing key to " + path + ".");
  }
  return made;
}

json::Object SigningKey::public_jwk() const {
  return {{"use", "sig"},
          {"kty", "RSA"},
          {"kid", kid_},
          {"alg", "RS256"},
          {"n", base64url_encode(number(key_.get(), OSSL_PKEY_PARAM_RSA_N))},
          {"e", base64url_encode(number(key_.get(), OSSL_PKEY_PARAM_RSA_E))}};
}

std::string SigningKey::public_pem() const {
  const std::unique_ptr<BIO, FreeBio> memory{BIO_new(BIO_s_mem())};
  ensure(memory && PEM_write_bio_PUBKEY(memory.get(), key_.get()) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string SigningKey::sign(json::Object header, const json::Object& claims) const {
  header["alg"] = "RS256";
  header["kid"] = kid_;
  const std::string signed_text =
      base64url_encode(json::serialize(header)) + "." + base64url_encode(json::serialize(claims));
  const DigestContext context{EVP_MD_CTX_new()};
  const auto* bytes = reinterpret_cast<const unsigned char*>(signed_text.data());
  std::string signature(modulus_bits / 8, '\0');
  std::size_t size = signature.size();
  ensure(context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  ensure(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                        signed_text.size()) == 1);
  return signed_text + "." + base64url_encode(signature);
}

std::optional<json::Object> SigningKey::verify(std::string_view jwt) const {
  const std::size_t header_end = jwt.find('.');
  const std::size_t claims_end = jwt.rfind('.');
  if (jwt.size() > limits::jwt_bytes_max || header_end == claims_end) return std::nullopt;  // both npos: no dot at all
  const std::string_view signed_text = jwt.substr(0, claims_end);
  const auto signature = base64url_decode(jwt.substr(claims_end + 1));
  const auto claims_text = base64url_decode(signed_text.substr(header_end + 1));
  if (!signature || !claims_text) return std::nullopt;

  const DigestContext context{EVP_MD_CTX_new()};
  ensure(context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  const bool genuine =
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature->data()), signature->size(),
                       reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size()) == 1;
  if (!genuine) return std::nullopt;
  auto claims = json::parse(*claims_text);
  if (!claims || !claims->is_object()) return std::nullopt;
  return claims->as_object();
}

}  // namespace postern::emulator
