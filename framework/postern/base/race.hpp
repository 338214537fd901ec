// The first of two tasks to finish; the other is dropped, and so cancelled.
//
//   auto first = co_await race(events.pop(), clock.sleep_for(15s));
//   if (first.index() == 1) ...   // nothing came in time
//
// If both are ready at once the first one wins and the second never starts. The winner's exception is thrown on. Both
// run on the strand of whoever awaits the race.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "postern/base/task.hpp"

namespace postern {

namespace detail {

template <class T>
using RaceValue = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class A, class B>
struct RaceState {
  std::optional<std::variant<RaceValue<A>, RaceValue<B>>> winner;
  std::exception_ptr failure;
  std::coroutine_handle<> waiter;
  bool decided = false;

  void decide(std::exception_ptr error) {
    if (decided) return;
    decided = true;
    failure = std::move(error);
    if (waiter) waiter.resume();
  }
};

template <std::size_t index, class T, class State>
Task<void> race_entry(Task<T> task, State& state) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(task);
    if (!state.decided) state.winner.emplace(std::in_place_index<index>);
  } else {
    auto value = co_await std::move(task);
    if (!state.decided) state.winner.emplace(std::in_place_index<index>, std::move(value));
  }
}

template <class State>
struct RaceDecided {
  State& state;
  [[nodiscard]] bool await_ready() const noexcept { return state.decided; }
  void await_suspend(std::coroutine_handle<> waiter) const noexcept { state.waiter = waiter; }
  void await_resume() const noexcept {}
};

}  // namespace detail

template <class A, class B>
Task<std::variant<detail::RaceValue<A>, detail::RaceValue<B>>> race(Task<A> a, Task<B> b) {
  using State = detail::RaceState<A, B>;
  State state;
  Strand* const strand = co_await this_strand();
  auto decide = [&state](std::exception_ptr error) { state.decide(std::move(error)); };
  Job first = Job::start(detail::race_entry<0>(std::move(a), state), decide, strand);
  Job second;
  if (!state.decided) second = Job::start(detail::race_entry<1>(std::move(b), state), decide, strand);
  co_await detail::RaceDecided<State>{state};
  first.cancel();
  second.cancel();
  if (state.failure) std::rethrow_exception(state.failure);
  co_return *std::move(state.winner);
}

}  // namespace postern
