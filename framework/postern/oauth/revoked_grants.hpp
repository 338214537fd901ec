// Which grants were revoked so lately that access tokens of theirs may still be about; and whose tokens are outdated,
// because their user's rights have changed since: the next refresh brings new ones. One per event loop.
//
//   RevokedGrants revoked{ports};
//   if (!revoked.are_known()) CO_TRY(co_await revoked.reread());
//   if (revoked.refuses(*caller)) ...
//
// Access tokens are checked without I/O, so revocation must come to where they are checked: the Store has it under
// revoked/<grant id>, or revoked/<grant id>/<until when tokens are outdated>, for as long as a token can live, and the
// Bus tells every running loop at once. Instances that no
// bus connects (Workers, several processes) learn it by reading the Store again: what is older than
// limits::revocations_known_for is not relied on. It subscribes before it reads, so nothing falls between the two.
//
// Holds limits::revoked_grants_max of them. Of more, those that matter for the shortest time are forgotten, and with
// them every token that one of them could be about is refused: whoever brings one refreshes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "postern/base/flight.hpp"
#include "postern/base/limits.hpp"
#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/ports/ports.hpp"

namespace postern::oauth {

class RevokedGrants {
 public:
  explicit RevokedGrants(const Ports& ports);
  RevokedGrants(const RevokedGrants&) = delete;
  RevokedGrants& operator=(const RevokedGrants&) = delete;

  // Whether all that was revoked until limits::revocations_known_for ago is known. If not, no token may be taken.
  [[nodiscard]] bool are_known() const {
    return known_until_ && *known_until_ >= ports_.clock.now() - limits::revocations_known_for;
  }
  // One at a time; those who come meanwhile share its outcome. Fails if the store cannot be read.
  Task<Result<void>> reread();

  [[nodiscard]] bool contains(const std::string& grant_id) const { return entries_.contains(grant_id); }
  // Whether the token that says so is of a revoked grant, or outdated.
  [[nodiscard]] bool refuses(const Principal& caller) const;
  // Waits until it is so; not at all, if it became so before anybody waited.
  Task<void> until_refused(Caller caller);

  // For every loop, also one that starts later. Done before the grant's own record changes: a crash in between revokes
  // too much, never too little.
  Task<Result<void>> write_down(std::string grant_id);
  Task<void> announce(std::string grant_id);
  // The same of the tokens issued until now: what to give to both. A refresh under way may still bring old rights, for
  // ten minutes.
  [[nodiscard]] std::string until_now(std::string_view grant_id) const;

 private:
  Task<Result<void>> scan();
  // What stands behind revoked/ in a key.
  void add(std::string entry, TimePoint until);
  void drop_first();
  [[nodiscard]] TimePoint outdated_until(const std::string& grant_id) const;

  Ports ports_;
  std::optional<TimePoint> known_until_;
  std::uint64_t failures_ = 0;
  Flight flight_;
  std::unordered_set<std::string> entries_;
  std::unordered_map<std::string, TimePoint> outdated_;  // by grant id, of those among the entries
  std::set<std::pair<TimePoint, std::string>> by_end_;   // when the last token that an entry is about has expired
  TimePoint forgotten_until_;                            // the last such end of what was forgotten before it
  WaitList grown_;
  std::unique_ptr<Bus::Subscription> subscription_;  // last: it calls add()
};

}  // namespace postern::oauth
