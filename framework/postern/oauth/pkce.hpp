// Proof Key for Code Exchange, S256 only (RFC 7636).
#pragma once

#include <algorithm>
#include <string_view>

#include "postern/base/encoding.hpp"
#include "postern/base/secret.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::oauth {

// The form that challenge and verifier share: 43 to 128 unreserved characters (sec. 4.1 and 4.2).
[[nodiscard]] inline bool is_pkce_value(std::string_view text) {
  return text.size() >= 43 && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view{"-._~"}.contains(c);
         });
}

// Sec. 4.6, in constant time.
[[nodiscard]] inline bool verifier_fits(Crypto& crypto, std::string_view code_verifier,
                                        std::string_view code_challenge) {
  return is_pkce_value(code_verifier) &&
         constant_time_equal(base64url_encode(crypto.sha256(code_verifier)), code_challenge);
}

}  // namespace postern::oauth
