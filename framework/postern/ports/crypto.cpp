#include "postern/ports/crypto.hpp"

#include "postern/base/ensure.hpp"

namespace postern {
namespace {

constexpr std::size_t hash_bytes = 32;
constexpr std::size_t nonce_bytes = 12;

}  // namespace

std::string hkdf_sha256(Crypto& crypto, std::string_view key_material, std::string_view salt, std::string_view info,
                        std::size_t size) {
  ensure(size <= 255 * hash_bytes);
  // An absent salt is a block of zeros (sec. 2.2), which is what HMAC makes of an empty key by itself.
  const Secret extracted{crypto.hmac_sha256(salt, key_material)};
  std::string output, block;
  for (unsigned char counter = 1; output.size() < size; ++counter) {
    block.append(info).push_back(static_cast<char>(counter));
    block = crypto.hmac_sha256(extracted.reveal(), block);
    output += block;
  }
  output.resize(size);
  wipe(block);
  return output;
}

Secret derive_key(Crypto& crypto, const Secret& master, std::string_view purpose) {
  return Secret{hkdf_sha256(crypto, master.reveal(), {}, purpose, 32)};
}

std::string seal(Crypto& crypto, Random& random, const Secret& key, std::string_view plain,
                 std::string_view associated) {
  std::string box = random.bytes(nonce_bytes);
  ensure(box.size() == nonce_bytes);
  box += crypto.aes_gcm_seal(key.reveal(), box, plain, associated);
  return box;
}

std::optional<std::string> open(Crypto& crypto, const Secret& key, std::string_view sealed,
                                std::string_view associated) {
  if (sealed.size() < nonce_bytes) return std::nullopt;
  return crypto.aes_gcm_open(key.reveal(), sealed.substr(0, nonce_bytes), sealed.substr(nonce_bytes), associated);
}

}  // namespace postern
