#include "postern/testing/manual_clock.hpp"

namespace postern::testing {
namespace {

// A moment that advance() must stop at, for as long as its sleeper waits.
class Deadline {
 public:
  Deadline(std::multiset<Duration>& deadlines, Duration at) : deadlines_(deadlines), place_(deadlines.insert(at)) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() { deadlines_.erase(place_); }

 private:
  std::multiset<Duration>& deadlines_;
  std::multiset<Duration>::iterator place_;
};

}  // namespace

Task<void> ManualClock::sleep_for(Duration duration) {
  const Duration until = steady_ + duration;
  if (until <= steady_) co_return;
  const Deadline deadline{deadlines_, until};
  while (steady_ < until) co_await moved_.wait();
}

void ManualClock::advance(Duration duration) {
  const Duration target = steady_ + duration;
  while (!deadlines_.empty() && *deadlines_.begin() <= target) {
    const Duration step = *deadlines_.begin() - steady_;
    steady_ += step;
    now_ += step;
    moved_.wake_all();
  }
  now_ += target - steady_;
  steady_ = target;
}

}  // namespace postern::testing
