#include "postern/testing/memory_store.hpp"

#include <algorithm>
#include <utility>

#include "postern/base/limits.hpp"

namespace postern::testing {

Result<void> MemoryStore::begin() {
  ++operations_;
  if (failure_) return std::unexpected(*failure_);
  return {};
}

Store::Entry* MemoryStore::find(const std::string& key) {
  const auto record = records_.find(key);
  if (record == records_.end()) return nullptr;
  if (record->second.expires_at > clock_.now()) return &record->second;
  records_.erase(record);
  return nullptr;
}

Task<Result<std::optional<Store::Entry>>> MemoryStore::get(std::string key) {
  CO_TRY(begin());
  CO_TRY(check_key(key));
  const Entry* entry = find(key);
  co_return entry ? std::optional{*entry} : std::nullopt;
}

Task<Result<void>> MemoryStore::put(std::string key, std::string value, TimePoint expires_at) {
  CO_TRY(begin());
  CO_TRY(check_key(key));
  CO_TRY(check_value(value));
  records_.insert_or_assign(std::move(key), Entry{std::move(value), ++last_version_, expires_at});
  co_return Result<void>{};
}

Task<Result<bool>> MemoryStore::create(std::string key, std::string value, TimePoint expires_at) {
  CO_TRY(begin());
  CO_TRY(check_key(key));
  CO_TRY(check_value(value));
  if (find(key)) co_return false;
  records_.insert_or_assign(std::move(key), Entry{std::move(value), ++last_version_, expires_at});
  co_return true;
}

Task<Result<bool>> MemoryStore::replace(std::string key, std::uint64_t version, std::string value,
                                        TimePoint expires_at) {
  CO_TRY(begin());
  CO_TRY(check_key(key));
  CO_TRY(check_value(value));
  Entry* entry = find(key);
  if (!entry || entry->version != version) co_return false;
  *entry = Entry{std::move(value), ++last_version_, expires_at};
  co_return true;
}

Task<Result<std::optional<Store::Entry>>> MemoryStore::take(std::string key) {
  CO_TRY(begin());
  CO_TRY(check_key(key));
  Entry* entry = find(key);
  if (!entry) co_return std::nullopt;
  std::optional taken{std::move(*entry)};
  records_.erase(key);
  co_return taken;
}

Task<Result<void>> MemoryStore::remove(std::string key) {
  CO_TRY(begin());
  CO_TRY(check_key(key));
  records_.erase(key);
  co_return Result<void>{};
}

Task<Result<std::vector<Store::KeyedEntry>>> MemoryStore::scan(std::string prefix, std::string after,
                                                               std::size_t count) {
  CO_TRY(begin());
  CO_TRY(check_key(prefix));
  count = std::min(count, limits::store_scan_max);
  std::vector<KeyedEntry> found;
  auto record = after < prefix ? records_.lower_bound(prefix) : records_.upper_bound(after);
  for (; record != records_.end() && found.size() < count && record->first.starts_with(prefix); ++record)
    if (record->second.expires_at > clock_.now()) found.push_back({record->first, record->second});
  co_return found;
}

}  // namespace postern::testing
