// Task<T>: a lazy coroutine. Nothing runs until it is awaited; dropping it cancels it.
//
//   Task<Result<User>> find_user(Store& store, UserId id) {
//     CO_TRY(auto entry, co_await store.get("user/" + id.text()));
//     co_return decode(entry);
//   }
//
// Move-only. Awaited once, with `co_await std::move(task)` or as a temporary. Control goes from a coroutine to the next
// by symmetric transfer, so a long chain does not grow the stack. Not thread-safe: a task lives on the loop that
// started it, and on the strand of whoever awaits it (strand.hpp).
//
// Cancellation is destruction. A Task that is dropped while it waits destroys its frame, and so the frames and awaiters
// inside it; an awaiter's destructor takes its operation back from the host. Clean-up therefore belongs in destructors.
//
// Pass state as parameters, never as lambda captures: a capturing lambda may die before its coroutine. Parameters are
// taken by value, or by reference to what lives for the whole request, and then the comment says so.
//
// An exception (a tool may throw natively) is kept and thrown again by the co_await. On wasm a throw is a trap.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "postern/base/ensure.hpp"
#include "postern/base/strand.hpp"

namespace postern {

template <class T>
class Task;

namespace detail {

class TaskPromiseBase {
 public:
  struct FinalAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
      return finished.promise().continuation_;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }
  template <class Promise>
  void resume_when_done(std::coroutine_handle<Promise> waiter) noexcept {
    continuation_ = waiter;
    strand_ = waiter.promise().strand();
  }
  [[nodiscard]] Strand* strand() const noexcept { return strand_; }

 protected:
  void rethrow_if_failed() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::coroutine_handle<> continuation_ = std::noop_coroutine();
  Strand* strand_ = nullptr;
  std::exception_ptr exception_;
};

template <class T>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<T> get_return_object() noexcept;
  template <class U>
    requires std::is_constructible_v<T, U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    rethrow_if_failed();
    return *std::move(value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void take() const { rethrow_if_failed(); }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using value_type = T;
  using promise_type = detail::TaskPromise<T>;

  Task() = default;
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (frame_) frame_.destroy();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  [[nodiscard]] bool valid() const { return static_cast<bool>(frame_); }

  auto operator co_await() && noexcept {
    ensure(frame_);
    return Awaiter{frame_};
  }

 private:
  struct Awaiter {
    std::coroutine_handle<promise_type> frame;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiter) const noexcept {
      frame.promise().resume_when_done(waiter);
      return frame;
    }
    T await_resume() const { return frame.promise().take(); }
  };

  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

namespace detail {
template <class T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
  return Task<T>{std::coroutine_handle<TaskPromise>::from_promise(*this)};
}
inline Task<void> TaskPromise<void>::get_return_object() noexcept {
  return Task<void>{std::coroutine_handle<TaskPromise>::from_promise(*this)};
}
}  // namespace detail

// A task under way that belongs to no awaiting coroutine: how a host, or a stream, starts one.
//
//   Job job = Job::start(serve(connection), [&](std::exception_ptr failure) { ... });
//
// Runs at once up to its first wait. Dropping the Job cancels the task; `on_done` is then not called. `on_done` runs
// last of all and may drop the Job itself. It gets the exception that ended the task, or null. All of it is on
// `strand`.
class [[nodiscard]] Job {
 public:
  Job() = default;
  Job(Job&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Job& operator=(Job&& other) noexcept {
    if (this != &other) {
      cancel();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  ~Job() { cancel(); }

  // Two steps, for an owner that must hold the Job before anything runs: `on_done` may be called inside resume().
  template <class OnDone>
  static Job prepare(Task<void> task, OnDone on_done, Strand* strand = nullptr) {
    Job job = run(std::move(task), std::move(on_done));
    job.frame_.promise().on_strand = strand;
    return job;
  }
  void resume() { frame_.resume(); }

  template <class OnDone>
  static Job start(Task<void> task, OnDone on_done, Strand* strand = nullptr) {
    Job job = prepare(std::move(task), std::move(on_done), strand);
    job.resume();
    return job;
  }

  [[nodiscard]] bool done() const { return !frame_ || frame_.promise().finished; }
  void cancel() {
    if (auto frame = std::exchange(frame_, nullptr)) frame.destroy();
  }

  // For the compiler's coroutine machinery only.
  struct promise_type {
    bool finished = false;
    Strand* on_strand = nullptr;
    [[nodiscard]] Strand* strand() const noexcept { return on_strand; }
    Job get_return_object() noexcept { return Job{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { ensure(false); }  // on_done must not throw
  };

 private:
  explicit Job(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  // Hands the outcome over while the frame is suspended, so that `on_done` may destroy it.
  template <class OnDone>
  struct Deliver {
    OnDone on_done;
    std::exception_ptr failure;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<promise_type> frame) {
      frame.promise().finished = true;
      auto call = std::move(on_done);
      auto outcome = std::move(failure);
      call(std::move(outcome));
    }
    void await_resume() const noexcept {}
  };

  template <class OnDone>
  static Job run(Task<void> task, OnDone on_done) {
    std::exception_ptr failure;
    try {
      co_await std::move(task);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await Deliver<OnDone>{std::move(on_done), std::move(failure)};
  }

  std::coroutine_handle<promise_type> frame_;
};

// Runs a task that waits for nothing outside (scripted ports answer at once) and gives its value: for tests and for
// tools that know it. Traps if the task is still waiting.
template <class T>
T run_ready(Task<T> task) {
  std::optional<T> value;
  std::exception_ptr failure;
  bool finished = false;
  auto store = [](Task<T> inner, std::optional<T>& out) -> Task<void> { out.emplace(co_await std::move(inner)); };
  Job job = Job::start(store(std::move(task), value), [&](std::exception_ptr error) {
    failure = std::move(error);
    finished = true;
  });
  ensure(finished);
  if (failure) std::rethrow_exception(failure);
  return *std::move(value);
}
inline void run_ready(Task<void> task) {
  std::exception_ptr failure;
  bool finished = false;
  Job job = Job::start(std::move(task), [&](std::exception_ptr error) {
    failure = std::move(error);
    finished = true;
  });
  ensure(finished);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace postern
