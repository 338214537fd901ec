// Who may come how often, at which endpoints (threats 31, 32 and 43; MCP, security considerations of tools).
//
//   RateLimits limits{settings};
//   if (auto refusal = limits.check_path(request, now)) co_return *std::move(refusal);      // before a route
//   if (auto refusal = limits.check_caller(*caller, now)) co_return *std::move(refusal);    // at /mcp
//   AuthorizationServer oauth{..., &limits};                                                // as its Throttle
//
//   endpoints                                      by                   at once   then one each
//   /register                                      address                   20            30 s
//   /authorize, /callback, /connections            address                   60             1 s
//   /token, /revoke, /api/connections              address                  600          0.05 s
//   /token, /revoke, with a wrong secret           client and address        20            10 s
//   /token, with a code or token that is good      client                   600          0.02 s
//   the same                                       user                      60             1 s
//   /callback, /api/connections                    user                      60             1 s
//   /mcp, with a token that is not good            address                   60             1 s
//   /mcp                                           user                     600          0.05 s
//   /mcp                                           connection               300           0.1 s
//
// An assistant that is a service refreshes the tokens of all its users from a few addresses: that is why /token has
// room. A client is counted by what its users have shown to be good, for anybody can write its name. What an assistant
// does in somebody's name keeps them from no page: it may be what they want to end there.
//
// And a user has 128 streams open at one time: while there are so many, nothing more is taken.
//
// In memory, of one event loop or one instance: they keep somebody's mistake, or malice, from being everybody's
// trouble, and are no count to bill by. Where the client's address is, only the operator knows (CLIENT_ADDRESS): what
// cannot be told is not limited by address.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "postern/base/principal.hpp"
#include "postern/base/time.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/throttle.hpp"
#include "postern/server/rate_limiter.hpp"

namespace postern::server {

// CLIENT_ADDRESS: "peer", the name of a header that the proxy sets, or empty.
struct ClientAddress {
  std::string source;

  // Empty: unknown. Of a list the last entry counts: it is the proxy's own, and what stands before it is hearsay. Of an
  // IPv6 address the /64 counts, in which whoever has one has them all.
  [[nodiscard]] std::string of(const http::Request& request) const;

 private:
  [[nodiscard]] std::string find(const http::Request& request) const;
};

enum class RateLimiting { on, off };

class RateLimits final : public oauth::Throttle {
 public:
  RateLimits(RateLimiting limiting, ClientAddress address);

  // A 429, or nothing and the request counted.
  [[nodiscard]] std::optional<http::Response> check_path(const http::Request& request, TimePoint now);
  [[nodiscard]] std::optional<http::Response> check_caller(const Principal& caller, TimePoint now);
  // The same stream, which counts as one of the caller's until it is gone. This outlives it.
  [[nodiscard]] std::unique_ptr<http::BodyStream> count_stream(std::unique_ptr<http::BodyStream> stream,
                                                               const Principal& caller);
  // Whether the address has brought too many bad tokens; and one more of them.
  [[nodiscard]] std::optional<http::Response> check_guessing(const http::Request& request, TimePoint now) const;
  void count_bad_token(const http::Request& request, TimePoint now);

  // oauth::Throttle
  [[nodiscard]] Duration take(std::string_view user_id, std::string_view client_id, TimePoint now) override;
  [[nodiscard]] Duration wait_after_wrong_secrets(const http::Request& request, std::string_view client_id,
                                                  TimePoint now) const override;
  void count_wrong_secret(const http::Request& request, std::string_view client_id, TimePoint now) override;

 private:
  [[nodiscard]] RateLimiter* limiter_of(std::string_view path);

  RateLimiting limiting_;
  ClientAddress address_;
  RateLimiter registration_, pages_, tokens_, guesses_;
  RateLimiter wrong_secrets_, clients_, client_users_, visitors_;
  RateLimiter users_, connections_;
  std::map<std::string, int, std::less<>> open_streams_;  // by user; more than none
};

}  // namespace postern::server
