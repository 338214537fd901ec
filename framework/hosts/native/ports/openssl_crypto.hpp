// The Crypto port over OpenSSL 3.
//
//   std::unique_ptr<Crypto> crypto = native::make_openssl_crypto();
//
// Algorithms are fetched once and contexts reused, so an instance is for one event loop, and a VerifyingKey for the
// loop of its Crypto. Throws std::bad_alloc if OpenSSL cannot give the algorithms at start; after that, never.
#pragma once

#include <memory>

#include "postern/ports/crypto.hpp"

namespace postern::native {

[[nodiscard]] std::unique_ptr<Crypto> make_openssl_crypto();

}  // namespace postern::native
