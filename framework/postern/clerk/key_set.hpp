// The instance's public keys, fetched when needed and kept (clerk.md 1.3).
//
//   KeySet keys{publishable_key.jwks_url(), ports};
//   CO_TRY(auto candidates, co_await keys.find(jws.header().kid));    // waits for nothing while they are fresh
//   auto jwt = jose::verify(jws, candidates.front(), policy, now);
//
// One fetch at a time, whoever asks; what it brought is also in the Cache, so that an instance that starts need not
// fetch. A good answer replaces the whole set, so a withdrawn key is gone within
// limits::jwks_fresh_for; a bad one changes nothing, and keys already known go on working. An unknown kid causes at
// most one fetch every limits::jwks_unknown_kid_cooldown, however many tokens come with one (threat 23). One loop only;
// must outlive its tasks.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/flight.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/jose/jwk.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

class KeySet {
 public:
  KeySet(std::string jwks_url, Ports& ports) : url_(std::move(jwks_url)), ports_(ports) {}

  // The keys under this kid, at least one: usually just one, but a kid is no identity. Use them before you wait for
  // anything else. Errors: unauthorized (there is no such key), unavailable (nothing is known, and Clerk does not
  // answer).
  Task<Result<std::span<const jose::Key>>> find(std::string kid);

 private:
  [[nodiscard]] std::span<const jose::Key> known(std::string_view kid) const;
  Task<void> refresh(std::string kid);
  // Takes over what another instance has fetched. False if there is nothing fresh.
  Task<bool> recall();
  void learn(std::vector<jose::Key> keys, TimePoint fetched_at);
  Result<std::vector<jose::Key>> import_keys(std::string_view text);
  Task<Result<std::string>> fetch();

  std::string url_;
  Ports& ports_;
  std::vector<jose::Key> keys_;  // by kid
  TimePoint fresh_until_{};
  TimePoint next_attempt_{};
  Flight flight_;
};

}  // namespace postern::clerk
