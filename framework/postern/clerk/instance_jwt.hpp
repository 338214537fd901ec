// A JWT signed by the Clerk instance, whatever it is for: the signature, then the registered claims.
//
//   InstanceJwts jwts{key, keys, ports};                       // `key`: CLERK_JWT_KEY
//   auto verified = co_await jwts.verify(token, policy);
//   if (verified) read_session_claims(verified->header, verified->jwt);
//
// One key signs all classes of the instance's tokens, so what reads the claims must tell the classes apart.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/key_set.hpp"
#include "postern/jose/jwt.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

class InstanceJwts {
 public:
  struct Verified {
    jose::JwsHeader header;
    jose::VerifiedJwt jwt;
  };
  struct Refusal {
    Error::Kind kind;         // unauthorized, or unavailable: the keys cannot be had
    std::string_view reason;  // for the log
  };

  // With a key of its own that is the one that counts, and `keys` is never asked.
  InstanceJwts(const std::optional<RsaPublicKey>& key, KeySet& keys, Ports& ports);

  // RS256 alone. `policy` lives until the task ends.
  Task<Result<Verified, Refusal>> verify(std::string token, const jose::ClaimsPolicy& policy);

 private:
  Task<Result<std::span<const jose::Key>>> find_keys(std::string kid);

  std::vector<jose::Key> fixed_;  // one, or none: ask keys_
  KeySet& keys_;
  Ports& ports_;
};

}  // namespace postern::clerk
