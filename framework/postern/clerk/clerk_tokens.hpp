// Tokens that Clerk issues, at our own door: API keys and machine tokens for programs without a browser, and the access
// tokens of Clerk's OAuth server (AUTH_MODE=clerk).
//
//   ClerkTokens tokens{{.accepted = {TokenKind::api_key}, .scopes = {{"orders:read"}}}, issuer, jwts, backend, ports};
//   if (tokens.takes(text)) auto caller = co_await tokens.verify(text);
//
// A JWT is verified here, an opaque token at Clerk; and if it is a user's, Clerk is asked whether that user still
// stands. What came of it is believed for a while: of an opaque token for 30 s, which is how late its revocation may be
// noticed; of a JWT, which nobody can revoke, for the ten minutes that our own tokens live. A webhook about the subject
// ends that time at once. Concurrent questions about one token are one question. Nobody is let in while Clerk cannot be
// asked. What is kept is a digest of the token, never the token. One loop only; must outlive its tasks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/clerk/backend.hpp"
#include "postern/clerk/instance_jwt.hpp"
#include "postern/clerk/issued_token.hpp"
#include "postern/oauth/settings.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

struct ClerkTokenSettings {
  std::vector<TokenKind> accepted;
  std::string issuer;                  // of JWTs
  std::vector<std::string> resources;  // one of which an OAuth token's audience must name
  std::string machine_id;              // what a machine token's audience must name
  std::vector<oauth::Scope> scopes;    // those that mean something here: no others are let through
  std::size_t tokens_max = 10'000;     // remembered
};

class ClerkTokens {
 public:
  ClerkTokens(ClerkTokenSettings settings, InstanceJwts& jwts, Backend& backend, Ports& ports);

  // Whether it looks like one of a kind that is accepted.
  [[nodiscard]] bool takes(std::string_view token) const;
  // Who brings it. No such token names a session. Errors: unauthorized, unavailable.
  Task<Result<Caller>> verify(std::string token);
  // Waits until a token that was good is so no more. Looks as often as an opaque one must be looked at.
  Task<void> until_refused(std::string token);
  // A user or an organization is no more: nothing is believed any longer of what they bring, on any loop.
  Task<void> doubt(std::string subject);

 private:
  struct Entry;

  Task<Result<IssuedToken>> judge(TokenKind kind, std::string token);
  Task<void> look(TokenKind kind, std::string token, std::shared_ptr<Entry> entry);
  Task<Result<IssuedToken>> verify_jwt(TokenKind kind, std::string token);
  Task<Result<IssuedToken>> verify_opaque(TokenKind kind, std::string token);
  Task<Result<void>> check_user(std::string user_id);
  Task<void> doubted();
  void forget(std::string_view subject);
  std::shared_ptr<Entry> entry_of(const std::string& digest);
  [[nodiscard]] bool is_for_us(TokenKind kind, const IssuedToken& token) const;
  [[nodiscard]] Caller caller_of(TokenKind kind, IssuedToken token) const;
  std::unexpected<Error> refuse(std::string_view reason) const;

  ClerkTokenSettings settings_;
  jose::ClaimsPolicy policy_;
  InstanceJwts& jwts_;
  Backend& backend_;
  Ports& ports_;
  std::map<std::string, std::shared_ptr<Entry>, std::less<>> entries_;  // by the token's digest
  std::uint64_t doubts_ = 0;
  WaitList doubted_;
  std::unique_ptr<Bus::Subscription> subscription_;  // last: it calls forget()
};

}  // namespace postern::clerk
