// An id as log lines show it: eight hex digits that tie lines together and lead nowhere (threat 44).
#pragma once

#include <string>
#include <string_view>

#include "postern/base/encoding.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::oauth {

[[nodiscard]] inline std::string short_hash(Crypto& crypto, std::string_view id) {
  return hex_encode(crypto.sha256(id).substr(0, 4));
}

}  // namespace postern::oauth
