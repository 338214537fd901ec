// Fresh tokens for the app's own API, one per user session, each made when it is needed (clerk.md 6.2 rows 12 to 14).
//
//   TokenMinter minter{{.issuer = issuer, .template_name = "mcp"}, backend, jwts, standing, ports};
//   auto token = co_await minter.mint(caller);
//   minter.drop(caller, *token);                 // the app said 401: the next one will be new
//
// The session is the caller's; it must be active, and the token for the organization that the connection was made for
// (row 17). A session token says which one that is. A template's need not, so the session is asked once there is one.
// What is remembered for another organization is made anew before it is refused: the user may have switched back.
// A caller whose token names none, as Clerk's own do, acts in the session that the user used last
// (docs/decisions/0014-the-session-behind-a-token-of-clerks.md).
//
// A token is handed out until 10 s before its end and lives in memory only. However many calls of one session come at
// once, Clerk is asked once. Holds `sessions_max` tokens at most; the one that ends first makes room. One loop
// only; must outlive its tasks.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/backend.hpp"
#include "postern/clerk/instance_jwt.hpp"
#include "postern/clerk/standing.hpp"
#include "postern/jose/jwt.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

struct TokenMinterSettings {
  std::string issuer;           // of session tokens
  std::string template_name{};  // from the configuration, never from a request; empty: the session's own token
  std::size_t sessions_max = 10'000;
};

enum class MintError {
  session_gone,        // ended or revoked, as Clerk says of the session itself: sign in again
  no_session,          // the user is signed in nowhere
  other_organization,  // the session has been switched to another one since
  config_error,        // no such template, or not in the plan: the operator must act
  bad_secret,          // the same
  retry_later,
};

[[nodiscard]] constexpr std::string_view to_string(MintError error) {
  switch (error) {
    case MintError::session_gone:
      return "session_gone";
    case MintError::no_session:
      return "no_session";
    case MintError::other_organization:
      return "other_organization";
    case MintError::config_error:
      return "config_error";
    case MintError::bad_secret:
      return "bad_secret";
    case MintError::retry_later:
      return "retry_later";
  }
  return "retry_later";
}

class TokenMinter {
 public:
  TokenMinter(TokenMinterSettings settings, Backend& backend, InstanceJwts& jwts, Standing& standing, Ports& ports);

  // A token good for 10 s at least. Those who wait for the same one share its failure, too. The caller lives until the
  // task ends.
  Task<Result<Secret, MintError>> mint(const Principal& caller);
  // Forgets `token`, unless another call has already replaced it.
  void drop(const Principal& caller, const Secret& token);

 private:
  struct Entry;
  struct Minted {
    MintedToken token;
    std::string organization_id;  // that it is for; empty if the caller's token names no session
  };
  using Entries = std::map<std::string, std::shared_ptr<Entry>, std::less<>>;

  [[nodiscard]] bool is_good(const Entry& entry) const;
  std::shared_ptr<Entry> entry_of(const std::string& key);
  void make_room();
  void forget(const std::string& key, const std::shared_ptr<Entry>& entry);
  Task<void> refresh(const Principal& caller, std::shared_ptr<Entry> entry);
  Task<Result<Minted, MintError>> mint_in(std::string session_id);
  Task<Result<Minted, MintError>> mint_in_latest(std::string user_id, std::string actor);
  Task<std::tuple<BackendResult<MintedToken>, BackendResult<Session>>> mint_and_look(std::string session_id);
  Task<BackendResult<MintedToken>> mint_token(std::string session_id);
  // That of a session token of this session.
  Task<Result<std::string, MintError>> find_organization(const Secret& jwt, const std::string& session_id);
  MintError judge(const BackendError& failure, MintError if_not_found) const;

  TokenMinterSettings settings_;
  jose::ClaimsPolicy policy_;
  Backend& backend_;
  InstanceJwts& jwts_;
  Standing& standing_;
  Ports& ports_;
  Entries entries_;  // by the session's id, or by the user's if the caller's token names none
};

}  // namespace postern::clerk
