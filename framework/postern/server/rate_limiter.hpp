// How often somebody may come: so many times at once, and one more each `refill` after that (a token bucket).
//
//   RateLimiter by_user{{.at_once = 300, .refill = 100ms}};
//   if (const Duration wait = by_user.take(caller.user_id, now); wait > Duration{0}) ...    // 429, Retry-After
//
// Kept for a key is one moment, that at which its bucket is full again; once that has passed the key is as good as
// unknown, and is forgotten when room is needed. Holds `keys_max` keys: should more than that be busy at one time, the
// one nearest to full is forgotten, in the favour of whoever it is. One loop only, so that a process with n loops may
// let through n times as much.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "postern/base/time.hpp"

namespace postern::server {

struct Rate {
  int at_once;
  Duration refill;
};

class RateLimiter {
 public:
  explicit RateLimiter(Rate rate, std::size_t keys_max = 10'000) : rate_(rate), keys_max_(keys_max) {}

  // Zero: it may, and that counts. Otherwise how long until it may, and this attempt costs nothing.
  [[nodiscard]] Duration take(std::string_view key, TimePoint now);
  // The same question, without counting.
  [[nodiscard]] Duration wait(std::string_view key, TimePoint now) const;

 private:
  void make_room(TimePoint now);

  Rate rate_;
  std::size_t keys_max_;
  std::map<std::string, TimePoint, std::less<>> full_at_;
};

}  // namespace postern::server
