// The keys of the authorization server, each for one purpose, derived from the one server secret, and from the one that
// it replaced where something of that may still be about.
#pragma once

#include "postern/base/secret.hpp"
#include "postern/ports/crypto.hpp"
#include "postern/ports/rotated_secret.hpp"

namespace postern::oauth {

struct Keys {
  RotatedSecret access_token;   // seals access tokens
  RotatedSecret refresh_token;  // makes a grant's refresh secrets, one for each generation
  Secret client_id;             // makes the same client id from the same registration
  RotatedSecret callback_hop;   // seals callback parameters on their way through the store
  RotatedSecret cookies;        // seals what our cookies say

  [[nodiscard]] static Keys derive(Crypto& crypto, const RotatedSecret& server_secret) {
    return Keys{.access_token = derive_key(crypto, server_secret, "access-token"),
                .refresh_token = derive_key(crypto, server_secret, "refresh-token"),
                .client_id = derive_key(crypto, server_secret.current, "client-id"),
                .callback_hop = derive_key(crypto, server_secret, "callback-hop"),
                .cookies = derive_key(crypto, server_secret, "cookies")};
  }
};

}  // namespace postern::oauth
