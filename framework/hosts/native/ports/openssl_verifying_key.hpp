// Public keys of the three kinds that the core knows, imported and checked. For openssl_crypto.cpp.
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "postern/ports/crypto.hpp"

namespace postern::native {

// `sha256` lives as long as the key.
[[nodiscard]] Result<std::unique_ptr<VerifyingKey>> import_verifying_key(const PublicKey& key, EVP_MD* sha256);

}  // namespace postern::native
