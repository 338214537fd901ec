// Which grants were revoked so lately that access tokens of theirs may still be about. One per event loop.
//
//   RevokedGrants revoked{ports};
//   CO_TRY(co_await revoked.load());          // what was revoked before this loop began
//   if (revoked.contains(token.grant_id)) ...
//
// Access tokens are checked without I/O, so revocation must come to where they are checked: the Store has it under
// revoked/<grant id> for as long as a token can live, and the Bus tells every running loop at once.
// It subscribes before it loads, so nothing falls between the two.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/ports/ports.hpp"

namespace postern::oauth {

class RevokedGrants {
 public:
  explicit RevokedGrants(const Ports& ports);
  RevokedGrants(const RevokedGrants&) = delete;
  RevokedGrants& operator=(const RevokedGrants&) = delete;

  Task<Result<void>> load();

  [[nodiscard]] bool contains(const std::string& grant_id) const { return ids_.contains(grant_id); }

  // For every loop, also one that starts later. Done before the grant's own record changes: a crash in between revokes
  // too much, never too little.
  Task<Result<void>> write_down(std::string grant_id);
  Task<void> announce(std::string grant_id);

 private:
  void add(std::string grant_id);
  void drop_expired();

  Ports ports_;
  std::unordered_set<std::string> ids_;
  std::deque<std::pair<TimePoint, std::string>> oldest_first_;
  std::unique_ptr<Bus::Subscription> subscription_;  // last: it calls add()
};

}  // namespace postern::oauth
