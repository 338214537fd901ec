#include "postern/server/rate_limiter.hpp"

#include <algorithm>

namespace postern::server {

Duration RateLimiter::wait(std::string_view key, TimePoint now) const {
  const auto found = full_at_.find(key);
  if (found == full_at_.end() || found->second <= now) return Duration{0};
  // What was taken and has not come back yet; no more than all, whatever the clock did.
  const Duration missing = std::min<Duration>(found->second - now, rate_.refill * rate_.at_once);
  const Duration room = rate_.refill * (rate_.at_once - 1);
  return std::max(Duration{0}, missing - room);
}

Duration RateLimiter::take(std::string_view key, TimePoint now) {
  auto found = full_at_.find(key);
  if (found != full_at_.end()) found->second = std::min(found->second, now + rate_.refill * rate_.at_once);
  const Duration left = wait(key, now);
  if (left > Duration{0}) return left;
  if (found == full_at_.end()) {
    if (full_at_.size() >= keys_max_) make_room(now);
    found = full_at_.emplace(key, now).first;
  }
  found->second = std::max(found->second, now) + rate_.refill;
  return Duration{0};
}

void RateLimiter::make_room(TimePoint now) {
  std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
  if (full_at_.size() < keys_max_) return;
  full_at_.erase(std::ranges::min_element(full_at_, {}, [](const auto& entry) { return entry.second; }));
}

}  // namespace postern::server
