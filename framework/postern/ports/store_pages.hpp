// All live records under a prefix, page by page.
//
//   StorePages pages{ports.store, "user/user_1/"};
//   while (!pages.ended()) {
//     CO_TRY(const auto page, co_await pages.next());
//     for (const Store::KeyedEntry& each : page) ...
//   }
//
// What is written meanwhile may be among them or not. The store outlives it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/ports/store.hpp"

namespace postern {

class StorePages {
 public:
  StorePages(Store& store, std::string prefix) : store_(store), prefix_(std::move(prefix)) {}

  [[nodiscard]] bool ended() const { return ended_; }
  // The last one may be empty.
  Task<Result<std::vector<Store::KeyedEntry>>> next() {
    CO_TRY(auto page, co_await store_.scan(prefix_, after_, records_max));
    ended_ = page.size() < records_max;
    if (!ended_) after_ = page.back().key;
    co_return page;
  }

 private:
  static constexpr std::size_t records_max = 500;

  Store& store_;
  const std::string prefix_;
  std::string after_;
  bool ended_ = false;
};

}  // namespace postern
