// Fresh tokens for the app's own API, one per user session, each made when it is needed (clerk.md 6.2 rows 12 to 14).
//
//   TokenMinter minter{{.template_name = "mcp"}, backend, ports};
//   auto token = co_await minter.mint(principal.session_id);
//   minter.drop(principal.session_id, *token);                 // the app said 401: the next one will be new
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
#include <utility>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/backend.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

struct TokenMinterSettings {
  std::string template_name{};  // from the configuration, never from a request; empty: the session's own token
  std::size_t sessions_max = 10'000;
};

enum class MintError {
  session_gone,  // ended, revoked, or its user banned: sign in again
  config_error,  // no such template, or not in the plan: the operator must act
  bad_secret,    // the same
  retry_later,
};

[[nodiscard]] constexpr std::string_view to_string(MintError error) {
  switch (error) {
    case MintError::session_gone:
      return "session_gone";
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
  TokenMinter(TokenMinterSettings settings, Backend& backend, Ports& ports)
      : settings_(std::move(settings)), backend_(backend), ports_(ports) {}

  // A token good for 10 s at least. Those who wait for the same one share its failure, too.
  Task<Result<Secret, MintError>> mint(std::string session_id);
  // Forgets `token`, unless another call has already replaced it.
  void drop(const std::string& session_id, const Secret& token);

 private:
  struct Entry;
  using Entries = std::map<std::string, std::shared_ptr<Entry>, std::less<>>;

  [[nodiscard]] bool is_good(const Entry& entry) const;
  std::shared_ptr<Entry> entry_of(const std::string& session_id);
  void make_room();
  Task<void> refresh(std::string session_id, std::shared_ptr<Entry> entry);

  TokenMinterSettings settings_;
  Backend& backend_;
  Ports& ports_;
  Entries entries_;
};

}  // namespace postern::clerk
