// What the contract suites, which are synchronous, need in order to wait inside of workerd.
//
//   const bool won = run(store.create("code/a", "x", later)).value();
//
// Everything here is about the one request that runs a suite; they come one at a time.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "hosts/workers/host.hpp"
#include "postern/base/task.hpp"

namespace postern::workers {

// What contracts_worker.mjs adds to the imports. Both suspend the whole module (JavaScript Promise Integration).
extern "C" {
// Until an operation of the request has been settled.
__attribute__((import_module("contracts"), import_name("wait"))) void contracts_wait();
// Until KV has what was put.
__attribute__((import_module("contracts"), import_name("written"))) void contracts_written();
// Store and cache are new and empty when it returns.
__attribute__((import_module("contracts"), import_name("renew"))) void contracts_renew();
}

// The request's.
[[nodiscard]] Strand& contracts_strand();
// A server that answers as the contract of Fetch wants it.
[[nodiscard]] const std::string& contracts_peer();

constexpr auto ignore_failure = [](const std::exception_ptr&) {};

inline void run(Task<void> task) {
  const Job job = Job::start(std::move(task), ignore_failure, &contracts_strand());
  while (!job.done()) contracts_wait();
}

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& value) {
  value.emplace(co_await std::move(task));
}
template <class T>
T run(Task<T> task) {
  std::optional<T> value;
  run(keep(std::move(task), value));
  return *std::move(value);
}

}  // namespace postern::workers
