// The Store port over Durable Objects with SQLite storage: shim/store.mjs has the records, this the words for them.
#pragma once

#include "postern/ports/clock.hpp"
#include "postern/ports/store.hpp"

namespace postern::workers {

class DurableStore final : public Store {
 public:
  // What is expired is decided by this clock, which outlives the store.
  explicit DurableStore(const Clock& clock) : clock_(clock) {}

  Task<Result<std::optional<Entry>>> get(std::string key) override;
  Task<Result<void>> put(std::string key, std::string value, TimePoint expires_at) override;
  Task<Result<bool>> create(std::string key, std::string value, TimePoint expires_at) override;
  Task<Result<bool>> replace(std::string key, std::uint64_t version, std::string value, TimePoint expires_at) override;
  Task<Result<std::optional<Entry>>> take(std::string key) override;
  Task<Result<void>> remove(std::string key) override;
  Task<Result<std::vector<KeyedEntry>>> scan(std::string prefix, std::string after, std::size_t count) override;

 private:
  const Clock& clock_;
};

}  // namespace postern::workers
