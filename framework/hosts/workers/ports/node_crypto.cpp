#include "hosts/workers/ports/node_crypto.hpp"

#include <cstddef>

#include "hosts/workers/host.hpp"
#include "hosts/workers/record.hpp"
#include "postern/base/ensure.hpp"

namespace postern::workers {
namespace {

constexpr std::size_t hash_bytes = 32;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

class NodeKey final : public VerifyingKey {
 public:
  explicit NodeKey(std::uint32_t handle) : handle_(handle) {}
  NodeKey(const NodeKey&) = delete;
  NodeKey& operator=(const NodeKey&) = delete;
  ~NodeKey() override { host::host_free_key(handle_); }

  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const override {
    return host::host_verify(handle_, message.data(), message.size(), signature.data(), signature.size());
  }

 private:
  std::uint32_t handle_;
};

struct ToRecord {
  RecordWriter operator()(const RsaPublicKey& key) const { return write("RSA", key.modulus, key.exponent); }
  RecordWriter operator()(const P256PublicKey& key) const { return write("EC", key.x, key.y); }
  RecordWriter operator()(const Ed25519PublicKey& key) const { return write("OKP", key.x, {}); }

  static RecordWriter write(std::string_view type, std::string_view first, std::string_view second) {
    RecordWriter record;
    record.text(type);
    record.text(first);
    record.text(second);
    return record;
  }
};

}  // namespace

std::string NodeCrypto::sha256(std::string_view bytes) {
  std::string digest(hash_bytes, '\0');
  host::host_sha256(bytes.data(), bytes.size(), digest.data());
  return digest;
}

std::string NodeCrypto::hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string tag(hash_bytes, '\0');
  host::host_hmac_sha256(key.data(), key.size(), bytes.data(), bytes.size(), tag.data());
  return tag;
}

std::string NodeCrypto::aes_gcm_seal(std::string_view key, std::string_view nonce, std::string_view plain,
                                     std::string_view associated) {
  ensure(key.size() == key_bytes && nonce.size() == nonce_bytes);
  std::string sealed(plain.size() + tag_bytes, '\0');
  host::host_aes_gcm_seal(key.data(), nonce.data(), plain.data(), plain.size(), associated.data(), associated.size(),
                          sealed.data());
  return sealed;
}

std::optional<std::string> NodeCrypto::aes_gcm_open(std::string_view key, std::string_view nonce,
                                                    std::string_view sealed, std::string_view associated) {
  ensure(key.size() == key_bytes && nonce.size() == nonce_bytes);
  if (sealed.size() < tag_bytes) return std::nullopt;
  std::string plain(sealed.size() - tag_bytes, '\0');
  if (!host::host_aes_gcm_open(key.data(), nonce.data(), sealed.data(), sealed.size(), associated.data(),
                               associated.size(), plain.data()))
    return std::nullopt;
  return plain;
}

Result<std::unique_ptr<VerifyingKey>> NodeCrypto::import_key(const PublicKey& key) {
  const RecordWriter record = std::visit(ToRecord{}, key);
  const std::uint32_t handle = host::host_import_key(record.bytes().data(), record.bytes().size());
  if (handle == 0) return fail(Error::Kind::invalid, "The key is not a valid RSA, P-256 or Ed25519 public key.");
  return std::make_unique<NodeKey>(handle);
}

}  // namespace postern::workers
