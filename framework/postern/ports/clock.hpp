// What time it is, and waiting. The only clock the core has.
#pragma once

#include "postern/base/task.hpp"
#include "postern/base/time.hpp"

namespace postern {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
  // By a steady clock: a jump of the wall clock neither shortens nor lengthens it. Dropping the task cancels the timer.
  virtual Task<void> sleep_for(Duration duration) = 0;
};

}  // namespace postern
