// All of several tasks, at the same time.
//
//   auto [orders, users] = co_await when_all(find_orders(call), find_users(call));
//
// Each runs up to its first wait before the next one starts. Ends with the last of them, and throws the first exception
// on. Dropping it drops them all. They run on the strand of whoever awaits it.
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>

#include "postern/base/task.hpp"

namespace postern {

namespace detail {

struct WhenAllState {
  std::size_t left;
  std::exception_ptr failure;
  std::coroutine_handle<> waiter;

  void finish_one(std::exception_ptr error) {
    if (error && !failure) failure = std::move(error);
    if (--left == 0 && waiter) waiter.resume();
  }
};

struct WhenAllDone {
  WhenAllState& state;
  [[nodiscard]] bool await_ready() const noexcept { return state.left == 0; }
  void await_suspend(std::coroutine_handle<> waiter) const noexcept { state.waiter = waiter; }
  void await_resume() const noexcept {}
};

template <class T>
Task<void> when_all_entry(Task<T> task, std::optional<T>& value) {
  value = co_await std::move(task);
}

}  // namespace detail

template <class... T>
Task<std::tuple<T...>> when_all(Task<T>... tasks) {
  std::tuple<std::optional<T>...> values;
  detail::WhenAllState state{.left = sizeof...(T)};
  Strand* const strand = co_await this_strand();
  auto finish = [&state](std::exception_ptr error) { state.finish_one(std::move(error)); };
  const auto jobs = [&]<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{Job::start(detail::when_all_entry(std::move(tasks), std::get<i>(values)), finish, strand)...};
  }(std::index_sequence_for<T...>{});
  co_await detail::WhenAllDone{state};
  if (state.failure) std::rethrow_exception(state.failure);
  co_return std::apply([](auto&... value) { return std::tuple<T...>{*std::move(value)...}; }, values);
}

}  // namespace postern
