#include "hosts/native/ports/system_clock.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <coroutine>
#include <memory>

namespace postern::native {
namespace {

constexpr Duration longest_sleep = std::chrono::hours{24 * 365};  // no overflow in the timer's nanoseconds

// A handler that is already queued when the sleeper is dropped finds no waiter any more.
class Sleep {
 public:
  Sleep(boost::asio::io_context& loop, Duration duration) : timer_(loop, duration) {}
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep() { *waiter_ = nullptr; }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    *waiter_ = waiter;
    timer_.async_wait([shared = waiter_](const boost::system::error_code&) {
      if (*shared) shared->resume();
    });
  }
  void await_resume() const noexcept {}

 private:
  boost::asio::steady_timer timer_;
  std::shared_ptr<std::coroutine_handle<>> waiter_ = std::make_shared<std::coroutine_handle<>>();
};

}  // namespace

TimePoint SystemClock::now() const { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

Task<void> SystemClock::sleep_for(Duration duration) {
  if (duration > Duration::zero()) co_await Sleep{loop_, std::min(duration, longest_sleep)};
}

}  // namespace postern::native
