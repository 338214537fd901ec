// A cache in memory, of one event loop.
//
//   MemoryCache cache{clock};
//
// Keeps `entries_max` values at most; the one that ends first makes room. The clock must outlive it.
#pragma once

#include <cstddef>
#include <map>

#include "postern/ports/cache.hpp"
#include "postern/ports/clock.hpp"

namespace postern {

class MemoryCache final : public Cache {
 public:
  explicit MemoryCache(const Clock& clock, std::size_t entries_max = 1'000)
      : clock_(clock), entries_max_(entries_max) {}

  Task<std::optional<std::string>> get(std::string key) override;
  Task<void> put(std::string key, std::string value, Duration lifetime) override;

 private:
  struct Entry {
    std::string value;
    TimePoint expires_at;
  };

  const Clock& clock_;
  std::size_t entries_max_;
  std::map<std::string, Entry> entries_;
};

}  // namespace postern
