#include "hosts/workers/ports/durable_store.hpp"

#include <utility>

#include "hosts/workers/operation.hpp"

namespace postern::workers {
namespace {

// One operation, as store.mjs takes it; what an operation does not need stays empty.
struct Asked {
  std::string_view operation;
  std::string key;
  std::string value = {};
  TimePoint expires_at = {};
  std::uint64_t version = 0;
  std::string after = {};
  std::size_t count = 0;
};

double to_number(TimePoint time) { return static_cast<double>(time.time_since_epoch().count()); }

// Versions are below 2^53 (store.mjs), so a double carries them exactly.
Store::Entry read_entry(RecordReader& reader) {
  Store::Entry entry;
  entry.value = reader.text();
  entry.version = static_cast<std::uint64_t>(reader.number());
  entry.expires_at = TimePoint{Duration{static_cast<Duration::rep>(reader.number())}};
  return entry;
}

// The answer's record, once key and value have been found to be within the port's limits.
Task<Result<std::string>> perform(const Clock& clock, Asked asked) {
  CO_TRY(check_key(asked.key));
  CO_TRY(check_value(asked.value));
  RecordWriter record;
  record.text(asked.operation);
  record.text(asked.key);
  record.number(to_number(clock.now()));
  record.text(asked.value);
  record.number(to_number(asked.expires_at));
  record.number(static_cast<double>(asked.version));
  record.text(asked.after);
  record.number(static_cast<double>(asked.count));
  auto answer = co_await Operation{OperationKind::store, std::move(record)};
  if (!answer) co_return fail(Error::Kind::unavailable, "The store cannot be reached or cannot write.");
  co_return *std::move(answer);
}

Task<Result<std::optional<Store::Entry>>> find(const Clock& clock, Asked asked) {
  CO_TRY(const std::string answer, co_await perform(clock, std::move(asked)));
  RecordReader reader{answer};
  if (!reader.flag()) co_return std::nullopt;
  co_return read_entry(reader);
}

Task<Result<bool>> change(const Clock& clock, Asked asked) {
  CO_TRY(const std::string answer, co_await perform(clock, std::move(asked)));
  co_return RecordReader{answer}.flag();
}

Task<Result<void>> change_always(const Clock& clock, Asked asked) {
  CO_TRY([[maybe_unused]] const bool done, co_await change(clock, std::move(asked)));
  co_return Result<void>{};
}

}  // namespace

Task<Result<std::optional<Store::Entry>>> DurableStore::get(std::string key) {
  return find(clock_, {.operation = "get", .key = std::move(key)});
}

Task<Result<void>> DurableStore::put(std::string key, std::string value, TimePoint expires_at) {
  return change_always(
      clock_, {.operation = "put", .key = std::move(key), .value = std::move(value), .expires_at = expires_at});
}

Task<Result<bool>> DurableStore::create(std::string key, std::string value, TimePoint expires_at) {
  return change(clock_,
                {.operation = "create", .key = std::move(key), .value = std::move(value), .expires_at = expires_at});
}

Task<Result<bool>> DurableStore::replace(std::string key, std::uint64_t version, std::string value,
                                         TimePoint expires_at) {
  return change(clock_, {.operation = "replace",
                         .key = std::move(key),
                         .value = std::move(value),
                         .expires_at = expires_at,
                         .version = version});
}

Task<Result<std::optional<Store::Entry>>> DurableStore::take(std::string key) {
  return find(clock_, {.operation = "take", .key = std::move(key)});
}

Task<Result<void>> DurableStore::remove(std::string key) {
  return change_always(clock_, {.operation = "remove", .key = std::move(key)});
}

Task<Result<std::vector<Store::KeyedEntry>>> DurableStore::scan(std::string prefix, std::string after,
                                                                std::size_t count) {
  CO_TRY(const std::string answer,
         co_await perform(clock_,
                          {.operation = "scan", .key = std::move(prefix), .after = std::move(after), .count = count}));
  RecordReader reader{answer};
  std::vector<KeyedEntry> entries(reader.count());
  for (KeyedEntry& each : entries) {
    each.key = reader.text();
    each.entry = read_entry(reader);
  }
  co_return entries;
}

}  // namespace postern::workers
