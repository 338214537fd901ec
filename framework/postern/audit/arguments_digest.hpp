// The arguments of a call as a digest: equal arguments have equal digests, and without the key nobody can try out which
// arguments a digest is of.
//
//   std::string digest = arguments_digest(crypto, key, "cancel_order", arguments);      // 22 characters of base64url
//
// HMAC-SHA-256, cut to 128 bits, over the name, a line feed and the arguments in one spelling: no blanks, members by
// the bytes of their names, a whole number without fraction or exponent. (RFC 8785 is stricter; this is compared with
// itself only.)
#pragma once

#include <string>
#include <string_view>

#include "postern/base/secret.hpp"
#include "postern/json/value.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::audit {

[[nodiscard]] std::string arguments_digest(Crypto& crypto, const Secret& key, std::string_view name,
                                           const json::Value& arguments);

}  // namespace postern::audit
