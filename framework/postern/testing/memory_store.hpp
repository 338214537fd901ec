// The Store port in memory, for tests: every operation answers at once.
//
//   MemoryStore store{clock};
//   store.fail_with(Error{Error::Kind::unavailable, "disk full"});   // every operation, until heal()
//
// One loop only. Expiry goes by the clock it is given.
#pragma once

#include <map>
#include <optional>

#include "postern/ports/clock.hpp"
#include "postern/ports/store.hpp"

namespace postern::testing {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const Clock& clock) : clock_(clock) {}

  Task<Result<std::optional<Entry>>> get(std::string key) override;
  Task<Result<void>> put(std::string key, std::string value, TimePoint expires_at) override;
  Task<Result<bool>> create(std::string key, std::string value, TimePoint expires_at) override;
  Task<Result<bool>> replace(std::string key, std::uint64_t version, std::string value, TimePoint expires_at) override;
  Task<Result<std::optional<Entry>>> take(std::string key) override;
  Task<Result<void>> remove(std::string key) override;
  Task<Result<std::vector<KeyedEntry>>> scan(std::string prefix, std::string after, std::size_t count) override;

  void fail_with(Error error) { failure_ = std::move(error); }
  void heal() { failure_.reset(); }

  // How many operations were asked for: to show that a path does no I/O.
  [[nodiscard]] std::size_t operations() const { return operations_; }
  // Everything kept, live or not: for tests that look for secrets at rest.
  [[nodiscard]] const std::map<std::string, Entry>& records() const { return records_; }

 private:
  [[nodiscard]] Result<void> begin();
  // The live record, or null; drops an expired one on the way.
  [[nodiscard]] Entry* find(const std::string& key);

  const Clock& clock_;
  std::map<std::string, Entry> records_;
  std::uint64_t last_version_ = 0;
  std::size_t operations_ = 0;
  std::optional<Error> failure_;
};

}  // namespace postern::testing
