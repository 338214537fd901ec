#include "postern/ports/memory_cache.hpp"

#include <algorithm>
#include <utility>

#include "postern/base/limits.hpp"
#include "postern/ports/store.hpp"

namespace postern {

Task<std::optional<std::string>> MemoryCache::get(std::string key) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.expires_at <= clock_.now()) co_return std::nullopt;
  co_return found->second.value;
}

Task<void> MemoryCache::put(std::string key, std::string value, Duration lifetime) {
  if (!check_key(key) || !check_value(value)) co_return;
  const TimePoint now = clock_.now();
  if (entries_.size() >= entries_max_ && !entries_.contains(key)) {
    entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.expires_at; }));
  }
  entries_.insert_or_assign(std::move(key), Entry{std::move(value), now + std::max(lifetime, shortest_lifetime)});
}

}  // namespace postern
