#include "postern/testing/test_ports.hpp"

#include "hosts/native/ports/openssl_crypto.hpp"

namespace postern::testing {

TestPorts::TestPorts() : owned_crypto_(native::make_openssl_crypto()), crypto(*owned_crypto_) {}

}  // namespace postern::testing
