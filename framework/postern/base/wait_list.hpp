// Coroutines that wait for one event, each woken once when it happens.
//
//   co_await waiting.wait();        // suspends
//   waiting.wake_all();             // in the order they came: resumed at once, or queued on their strands (strand.hpp)
//
// A waiter that is dropped leaves the list by itself, also while wake_all() runs. Waiters that come during wake_all()
// wait for the next one. One thread only. The list must outlive its waiters, or be destroyed with none waiting.
#pragma once

#include <coroutine>

#include "postern/base/ensure.hpp"
#include "postern/base/strand.hpp"

namespace postern {

class WaitList {
 public:
  class Wait : Waiter {
   public:
    explicit Wait(WaitList& list) : list_(list) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
      suspend(coroutine);
      insert_before(list_.head_);
    }
    void await_resume() const noexcept {}

   private:
    WaitList& list_;
  };

  WaitList() = default;
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;
  ~WaitList() { ensure(!head_.linked()); }

  [[nodiscard]] Wait wait() { return Wait{*this}; }
  [[nodiscard]] bool empty() const { return !head_.linked(); }

  // Touches no member of this list after the first wake, so a woken coroutine may destroy it.
  void wake_all() {
    detail::Link woken;
    if (head_.linked()) {
      woken.insert_before(head_);
      head_.unlink();
    }
    while (woken.linked()) static_cast<Waiter*>(woken.next)->wake();
  }

 private:
  detail::Link head_;
};

}  // namespace postern
