// The Crypto port over node:crypto, which is synchronous in workerd.
#pragma once

#include "postern/ports/crypto.hpp"

namespace postern::workers {

class NodeCrypto final : public Crypto {
 public:
  [[nodiscard]] std::string sha256(std::string_view bytes) override;
  [[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes) override;
  [[nodiscard]] std::string aes_gcm_seal(std::string_view key, std::string_view nonce, std::string_view plain,
                                         std::string_view associated) override;
  [[nodiscard]] std::optional<std::string> aes_gcm_open(std::string_view key, std::string_view nonce,
                                                        std::string_view sealed, std::string_view associated) override;
  [[nodiscard]] Result<std::unique_ptr<VerifyingKey>> import_key(const PublicKey& key) override;
};

}  // namespace postern::workers
