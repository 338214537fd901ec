// The keys of the authorization server, each for one purpose, derived from the one server secret.
#pragma once

#include "postern/base/secret.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::oauth {

struct Keys {
  Secret access_token;   // seals access tokens
  Secret refresh_token;  // makes a grant's refresh secrets, one for each generation
  Secret client_id;      // makes the same client id from the same registration
  Secret callback_hop;   // seals callback parameters on their way through the store
  Secret cookies;        // seals what our cookies say

  [[nodiscard]] static Keys derive(Crypto& crypto, const Secret& server_secret) {
    return Keys{.access_token = derive_key(crypto, server_secret, "access-token"),
                .refresh_token = derive_key(crypto, server_secret, "refresh-token"),
                .client_id = derive_key(crypto, server_secret, "client-id"),
                .callback_hop = derive_key(crypto, server_secret, "callback-hop"),
                .cookies = derive_key(crypto, server_secret, "cookies")};
  }
};

}  // namespace postern::oauth
