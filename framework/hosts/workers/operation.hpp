// Something that only the host can do, awaited by the coroutine of a request.
//
//   RecordWriter record;
//   record.number(250);
//   co_await Operation{OperationKind::sleep, std::move(record)};
//   std::optional<std::string> answer = co_await Operation{...};     // nullopt: it failed
//
// Belongs to the request on whose strand it is awaited. Dropping it tells the host that nobody waits any more.
#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "hosts/workers/record.hpp"
#include "hosts/workers/served_request.hpp"

namespace postern::workers {

enum class OperationKind : std::uint32_t { sleep, fetch, store, cache_get, cache_put, publish, listen };

class Operation {
 public:
  Operation(OperationKind kind, RecordWriter record) : kind_(kind), record_(std::move(record).take()) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  ~Operation() {
    if (request_) request_->drop(*this);
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> waiter) {
    waiter_ = waiter;
    // In this module every coroutine runs for a request.
    ensure(waiter.promise().strand() != nullptr);
    request_ = static_cast<ServedRequest*>(waiter.promise().strand());
    request_->start(*this);
  }
  [[nodiscard]] std::optional<std::string> await_resume() { return std::move(answer_); }

 private:
  friend ServedRequest;
  void settle(std::optional<std::string_view> record) {
    request_ = nullptr;
    if (record) answer_.emplace(*record);
    waiter_.resume();
  }

  const OperationKind kind_;
  const std::string record_;
  ServedRequest* request_ = nullptr;  // while it is under way
  host::Operation number_ = 0;
  std::optional<std::string> answer_;
  std::coroutine_handle<> waiter_;
};

}  // namespace postern::workers
