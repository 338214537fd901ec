// Durable state: small records under keys, each with an expiry, changed one at a time and atomically.
//
//   CO_TRY(bool created, co_await store.create("grant/" + id, record, now + 10min));
//   CO_TRY(auto entry, co_await store.get("grant/" + id));
//   CO_TRY(bool won, co_await store.replace("grant/" + id, entry->version, changed, entry->expires_at));
//   CO_TRY(auto state, co_await store.take("sign_in/" + handle));      // at most one caller ever gets it
//
// Strongly consistent and durable: when a change is acknowledged every later read on any instance sees it, and a crash
// does not undo it. Single-use decisions rest on this, so no implementation may cache (security.md threat 47).
//
// A key is `<kind>/<id>`, or `<kind>/<owner>/<id>`: visible ASCII, 512 bytes at most. A host may spread keys over
// partitions by `<kind>/<first segment>`; a change touches one key, so it never crosses two. A value is bytes, 64 KiB
// at most. What is larger, or no such key, is refused as `invalid`. An expired record is gone for every operation from
// that moment on, whether or not it has been swept from disk.
//
// Every operation fails with `unavailable` if the store cannot be reached or cannot write; then it is not known whether
// a change happened, and the caller must not assume either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"

namespace postern {

// What every implementation asks first: `invalid` for a key or a value outside the limits above.
[[nodiscard]] Result<void> check_key(std::string_view key);
[[nodiscard]] Result<void> check_value(std::string_view value);

class Store {
 public:
  struct Entry {
    std::string value;
    std::uint64_t version = 0;  // never the same twice for one key, also after it was removed and made again
    TimePoint expires_at;
  };
  struct KeyedEntry {
    std::string key;
    Entry entry;
  };

  virtual ~Store() = default;

  virtual Task<Result<std::optional<Entry>>> get(std::string key) = 0;
  // Writes whatever was there before. For records that only one writer has, or where the last one wins.
  virtual Task<Result<void>> put(std::string key, std::string value, TimePoint expires_at) = 0;
  // False, and nothing changed, if there is one already.
  virtual Task<Result<bool>> create(std::string key, std::string value, TimePoint expires_at) = 0;
  // False, and nothing changed, unless the record is there and still has this version.
  virtual Task<Result<bool>> replace(std::string key, std::uint64_t version, std::string value,
                                     TimePoint expires_at) = 0;
  // Reads and removes in one step.
  virtual Task<Result<std::optional<Entry>>> take(std::string key) = 0;
  virtual Task<Result<void>> remove(std::string key) = 0;
  // Up to `count` live records whose keys start with `prefix` and come after `after` in byte order, in that order; 1000
  // at most. Of one partition: a prefix has the kind and the first segment with its slash, or, of the kind that is read
  // as a whole (`revoked/`), no more than that.
  virtual Task<Result<std::vector<KeyedEntry>>> scan(std::string prefix, std::string after, std::size_t count) = 0;
};

}  // namespace postern
