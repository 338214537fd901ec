// A queue between coroutines of one loop: many may push, one pops.
//
//   channel.push(event);                              // never waits; the caller bounds the queue by size()
//   while (auto event = co_await channel.pop()) ...   // nullopt once closed and empty
//
// Popping is cancelled by dropping. The channel must outlive a waiting pop.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "postern/base/task.hpp"
#include "postern/base/wait_list.hpp"

namespace postern {

template <class T>
class Channel {
 public:
  void push(T item) {
    if (closed_) return;
    items_.push_back(std::move(item));
    arrived_.wake_all();
  }
  void close() {
    closed_ = true;
    arrived_.wake_all();
  }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool closed() const { return closed_; }

  Task<std::optional<T>> pop() {
    while (items_.empty() && !closed_) co_await arrived_.wait();
    if (items_.empty()) co_return std::nullopt;
    std::optional<T> item{std::move(items_.front())};
    items_.pop_front();
    co_return item;
  }

 private:
  std::deque<T> items_;
  bool closed_ = false;
  WaitList arrived_;
};

}  // namespace postern
