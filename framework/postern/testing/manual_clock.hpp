// A clock that stands still until a test moves it.
//
//   ManualClock clock;                        // 2030-01-01T00:00:00Z
//   Job job = Job::start(poll(clock), ...);   // co_await clock.sleep_for(15s)
//   clock.advance(15s);                       // the sleeper runs inside this call
//
// advance() stops at each sleeper's moment on its way, in order, so that code which sleeps again sees the time it would
// have seen. jump() is the administrator's hand: wall time changes, sleepers sleep on as they were.
#pragma once

#include <set>

#include "postern/base/wait_list.hpp"
#include "postern/ports/clock.hpp"

namespace postern::testing {

class ManualClock final : public Clock {
 public:
  ManualClock() = default;
  explicit ManualClock(TimePoint start) : now_(start) {}

  [[nodiscard]] TimePoint now() const override { return now_; }
  Task<void> sleep_for(Duration duration) override;

  void advance(Duration duration);
  void jump(Duration duration) { now_ += duration; }
  [[nodiscard]] std::size_t sleepers() const { return deadlines_.size(); }

 private:
  TimePoint now_{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};
  Duration steady_{};  // what sleepers go by
  std::multiset<Duration> deadlines_;
  WaitList moved_;
};

}  // namespace postern::testing
