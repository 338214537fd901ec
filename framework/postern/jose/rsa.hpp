// RSA public keys that we take, from their numbers or from PEM.
//
//   TRY(auto key, make_rsa_public_key(modulus, exponent));       // big-endian bytes, as in a JWK (RFC 7518 sec. 6.3.1)
//   TRY(auto key, parse_rsa_public_key_pem(text));               // -----BEGIN PUBLIC KEY-----
//
// From 2048 to 8192 bits (more only costs time, ours), an odd exponent from 3 to 64 bits, each number in its shortest
// form: what these give, Crypto::import_key takes.
//
// PEM is the one shape that OpenSSL, Node and Clerk's dashboard write: a SubjectPublicKeyInfo (RFC 5280 sec. 4.1) of
// rsaEncryption with NULL parameters (RFC 3279 sec. 2.3.1) in DER. Line breaks may be missing, or be written as \n, as
// they are where a key had to fit on one line. No other key and no other text.
#pragma once

#include <string>
#include <string_view>

#include "postern/base/result.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::jose {

[[nodiscard]] Result<RsaPublicKey> make_rsa_public_key(std::string modulus, std::string exponent);
[[nodiscard]] Result<RsaPublicKey> parse_rsa_public_key_pem(std::string_view text);

}  // namespace postern::jose
