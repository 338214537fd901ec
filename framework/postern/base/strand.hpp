// Where a coroutine may be resumed. Most hosts need none; a host that gives each request a place of its own makes one a
// request.
//
//   Job job = Job::start(serve(request), on_done, &strand);  // whatever is awaited in it is on the strand, too
//   landed.wake_all();        // by another request: a waiter on a strand is not resumed, but queued there ...
//   strand.run();             // ... and resumed here, by the host, when it is that request's turn
//
// Natively one loop runs all its requests, so any of them may resume any other: there is no strand (null), and waking
// is resuming. Cloudflare Workers forbid I/O on behalf of another request than the one whose event is being handled, so
// there a coroutine must only go on inside its own request. A coroutine has the strand of whoever awaits it; a host's
// awaiters find it in the promise (`coroutine.promise().strand()`), and `co_await this_strand()` tells it to a
// coroutine that starts a Job. One thread only.
#pragma once

#include <coroutine>

namespace postern {

class Strand;

namespace detail {

// One of a ring of links; alone, it is its own neighbour.
struct Link {
  Link* previous = this;
  Link* next = this;
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { unlink(); }
  void unlink() {
    previous->next = next;
    next->previous = previous;
    previous = next = this;
  }
  void insert_before(Link& other) {
    previous = other.previous;
    next = &other;
    previous->next = this;
    other.previous = this;
  }
  [[nodiscard]] bool linked() const { return next != this; }
};

}  // namespace detail

// A suspended coroutine in some queue. It leaves the queue when it is destroyed.
class Waiter : public detail::Link {
 public:
  template <class Promise>
  void suspend(std::coroutine_handle<Promise> coroutine) {
    coroutine_ = coroutine;
    strand_ = coroutine.promise().strand();
  }
  void wake();

 private:
  friend Strand;
  std::coroutine_handle<> coroutine_;
  Strand* strand_ = nullptr;
};

// Outlives every coroutine that is on it.
class Strand {
 public:
  Strand() = default;
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;
  virtual ~Strand() = default;

  // Resumes who was woken, and who is woken meanwhile, until nobody is left.
  void run() {
    while (woken_.linked()) {
      auto* waiter = static_cast<Waiter*>(woken_.next);
      waiter->unlink();
      waiter->coroutine_.resume();
    }
  }

 protected:
  // Somebody waits for a turn: the host calls run() soon, where this strand's coroutines may run. Not from inside here.
  virtual void want_turn() = 0;

 private:
  friend Waiter;
  detail::Link woken_;
};

inline void Waiter::wake() {
  unlink();
  if (!strand_) return coroutine_.resume();
  const bool is_first = !strand_->woken_.linked();
  insert_before(strand_->woken_);
  if (is_first) strand_->want_turn();
}

// Does not suspend.
struct ThisStrand {
  Strand* strand = nullptr;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
    strand = coroutine.promise().strand();
    return false;
  }
  [[nodiscard]] Strand* await_resume() const noexcept { return strand; }
};
[[nodiscard]] inline ThisStrand this_strand() { return {}; }

}  // namespace postern
