// Access tokens on a request, and what to answer without a good one (RFC 6750, RFC 9728 sec. 5.1, threat 25).
//
// A token travels in one Authorization header and nowhere else: one in the query would end up in logs, and is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/access_token.hpp"
#include "postern/oauth/revoked_grants.hpp"
#include "postern/oauth/settings.hpp"

namespace postern::oauth {

struct BearerError {
  enum class Kind {
    missing,    // no credentials: a bare challenge
    malformed,  // more than one, or in the wrong place
    invalid,    // not ours, expired or revoked
  };
  Kind kind = Kind::missing;
  std::string_view reason;  // for our log, never for the client
};

// The token as it stands in the header. The view lives as long as the request.
[[nodiscard]] Result<std::string_view, BearerError> find_bearer_token(const http::Request& request);

// Who may call with it: never null. The token is ours, not expired and not revoked.
[[nodiscard]] Result<Caller, BearerError> check_bearer_token(AccessTokens& tokens, const RevokedGrants& revoked,
                                                             const http::Request& request, TimePoint now);

// `path` is that of the request.
[[nodiscard]] http::Response bearer_challenge(const Settings& settings, const BearerError& error,
                                              std::string_view path);
// Names what the token may do already as well: a client asks anew for just what a challenge says, and would lose the
// rest (MCP, scope challenge handling).
[[nodiscard]] http::Response insufficient_scope_challenge(const Settings& settings,
                                                          const std::vector<std::string>& held,
                                                          const std::vector<std::string>& needed,
                                                          std::string_view path);

}  // namespace postern::oauth
