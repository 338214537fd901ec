// Time in the core is always one of these two, never a bare number. Only a host's main() reads the system clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace postern {

using Duration = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<Duration>;  // milliseconds since 1970, UTC

[[nodiscard]] constexpr std::int64_t to_unix_seconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
[[nodiscard]] constexpr TimePoint from_unix_seconds(std::int64_t seconds) {
  return TimePoint{std::chrono::seconds{seconds}};
}

}  // namespace postern
