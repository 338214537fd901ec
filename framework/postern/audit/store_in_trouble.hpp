// A store for tests that does to `create` what networks do: lets several happen at one time, or happen and seem to
// fail.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "postern/base/wait_list.hpp"
#include "postern/ports/store.hpp"

namespace postern::audit {

class StoreInTrouble final : public Store {
 public:
  explicit StoreInTrouble(Store& inner) : inner_(inner) {}

  bool held = false;  // every create waits for release()
  bool liar = false;  // what was created is said to have failed
  void release() { gate_.wake_all(); }

  Task<Result<std::optional<Entry>>> get(std::string key) override { return inner_.get(std::move(key)); }
  Task<Result<void>> put(std::string key, std::string value, TimePoint expires_at) override {
    return inner_.put(std::move(key), std::move(value), expires_at);
  }
  Task<Result<bool>> create(std::string key, std::string value, TimePoint expires_at) override {
    if (held) co_await gate_.wait();
    auto created = co_await inner_.create(std::move(key), std::move(value), expires_at);
    if (liar) co_return fail(Error::Kind::unavailable, "no answer");
    co_return created;
  }
  Task<Result<bool>> replace(std::string key, std::uint64_t version, std::string value, TimePoint expires_at) override {
    return inner_.replace(std::move(key), version, std::move(value), expires_at);
  }
  Task<Result<std::optional<Entry>>> take(std::string key) override { return inner_.take(std::move(key)); }
  Task<Result<void>> remove(std::string key) override { return inner_.remove(std::move(key)); }
  Task<Result<std::vector<KeyedEntry>>> scan(std::string prefix, std::string after, std::size_t count) override {
    return inner_.scan(std::move(prefix), std::move(after), count);
  }

 private:
  Store& inner_;
  WaitList gate_;
};

}  // namespace postern::audit
