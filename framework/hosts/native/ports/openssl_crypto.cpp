#include "hosts/native/ports/openssl_crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <array>
#include <climits>
#include <new>

#include "hosts/native/ports/openssl_handles.hpp"
#include "hosts/native/ports/openssl_verifying_key.hpp"
#include "postern/base/ensure.hpp"

namespace postern::native {
namespace {

constexpr std::size_t hash_bytes = 32;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

unsigned char* writable(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

// Every text that meets OpenSSL's int lengths is bounded by a limit of the core, far below.
int int_size(std::string_view bytes) {
  ensure(bytes.size() < INT_MAX);
  return static_cast<int>(bytes.size());
}

class OpensslCrypto final : public Crypto {
 public:
  OpensslCrypto()
      : sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr)),
        aes_(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)),
        hmac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)),
        digest_context_(EVP_MD_CTX_new()),
        cipher_context_(EVP_CIPHER_CTX_new()),
        mac_context_(hmac_ ? EVP_MAC_CTX_new(hmac_.get()) : nullptr) {
    if (!sha256_ || !aes_ || !digest_context_ || !cipher_context_ || !mac_context_) throw std::bad_alloc{};
    std::array<char, 7> name{"SHA256"};
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                                OSSL_PARAM_construct_end()};
    if (EVP_MAC_CTX_set_params(mac_context_.get(), parameters.data()) != 1) throw std::bad_alloc{};
    // From here on the context keeps its cipher: naming it again would make OpenSSL set it up from nothing.
    if (EVP_CipherInit_ex2(cipher_context_.get(), aes_.get(), nullptr, nullptr, 1, nullptr) != 1)
      throw std::bad_alloc{};
  }

  [[nodiscard]] std::string sha256(std::string_view bytes) override {
    std::string digest(hash_bytes, '\0');
    ensure(EVP_DigestInit_ex2(digest_context_.get(), sha256_.get(), nullptr) == 1);
    ensure(EVP_DigestUpdate(digest_context_.get(), bytes.data(), bytes.size()) == 1);
    ensure(EVP_DigestFinal_ex(digest_context_.get(), writable(digest), nullptr) == 1);
    return digest;
  }

  [[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes) override {
    std::string tag(hash_bytes, '\0');
    std::size_t size = 0;
    ensure(EVP_MAC_init(mac_context_.get(), bytes_of(key), key.size(), nullptr) == 1);
    ensure(EVP_MAC_update(mac_context_.get(), bytes_of(bytes), bytes.size()) == 1);
    ensure(EVP_MAC_final(mac_context_.get(), writable(tag), &size, tag.size()) == 1 && size == hash_bytes);
    return tag;
  }

  [[nodiscard]] std::string aes_gcm_seal(std::string_view key, std::string_view nonce, std::string_view plain,
                                         std::string_view associated) override {
    EVP_CIPHER_CTX* context = begin(Direction::seal, key, nonce);
    std::string sealed(plain.size() + tag_bytes, '\0');
    int size = 0;
    if (!associated.empty())
      ensure(EVP_EncryptUpdate(context, nullptr, &size, bytes_of(associated), int_size(associated)) == 1);
    if (!plain.empty())
      ensure(EVP_EncryptUpdate(context, writable(sealed), &size, bytes_of(plain), int_size(plain)) == 1);
    ensure(EVP_EncryptFinal_ex(context, writable(sealed) + plain.size(), &size) == 1);
    ensure(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_bytes, sealed.data() + plain.size()) == 1);
    return sealed;
  }

  [[nodiscard]] std::optional<std::string> aes_gcm_open(std::string_view key, std::string_view nonce,
                                                        std::string_view sealed, std::string_view associated) override {
    if (sealed.size() < tag_bytes) return std::nullopt;
    const std::string_view hidden = sealed.substr(0, sealed.size() - tag_bytes);
    std::string tag{sealed.substr(hidden.size())};
    const std::array parameters{OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag.data(), tag_bytes),
                                OSSL_PARAM_construct_end()};
    EVP_CIPHER_CTX* context = begin(Direction::open, key, nonce, parameters.data());
    std::string plain(hidden.size(), '\0');
    int size = 0;
    if (!associated.empty())
      ensure(EVP_DecryptUpdate(context, nullptr, &size, bytes_of(associated), int_size(associated)) == 1);
    if (!hidden.empty())
      ensure(EVP_DecryptUpdate(context, writable(plain), &size, bytes_of(hidden), int_size(hidden)) == 1);
    if (EVP_DecryptFinal_ex(context, writable(plain) + plain.size(), &size) != 1) {
      wipe(plain);  // decrypted, but not genuine: nobody may see it
      ERR_clear_error();
      return std::nullopt;
    }
    return plain;
  }

  [[nodiscard]] Result<std::unique_ptr<VerifyingKey>> import_key(const PublicKey& key) override {
    return import_verifying_key(key, sha256_.get());
  }

 private:
  enum class Direction : int { open = 0, seal = 1 };

  // Sets the nonce, and the key unless it is still set: to expand it takes as long as to open a token.
  [[nodiscard]] EVP_CIPHER_CTX* begin(Direction direction, std::string_view key, std::string_view nonce,
                                      const OSSL_PARAM* parameters = nullptr) {
    ensure(key.size() == key_bytes && nonce.size() == nonce_bytes);
    const bool is_set = cipher_key_ == key;
    ensure(EVP_CipherInit_ex2(cipher_context_.get(), nullptr, is_set ? nullptr : bytes_of(key), bytes_of(nonce),
                              static_cast<int>(direction), parameters) == 1);
    if (!is_set) cipher_key_ = Secret{key};
    return cipher_context_.get();
  }

  Digest sha256_;
  Cipher aes_;
  Mac hmac_;
  DigestContext digest_context_;
  CipherContext cipher_context_;
  Secret cipher_key_;  // the one that cipher_context_ has
  MacContext mac_context_;
};

}  // namespace

std::unique_ptr<Crypto> make_openssl_crypto() { return std::make_unique<OpensslCrypto>(); }

}  // namespace postern::native
