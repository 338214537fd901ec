// The Cache port over Workers KV: shim/cache.mjs has the other half.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "hosts/workers/operation.hpp"
#include "postern/ports/cache.hpp"
#include "postern/ports/store.hpp"

namespace postern::workers {

class KvCache final : public Cache {
 public:
  Task<std::optional<std::string>> get(std::string key) override {
    if (!check_key(key)) co_return std::nullopt;
    RecordWriter record;
    record.text(key);
    const auto answer = co_await Operation{OperationKind::cache_get, std::move(record)};
    if (!answer) co_return std::nullopt;
    RecordReader reader{*answer};
    if (!reader.flag()) co_return std::nullopt;
    co_return std::string{reader.text()};
  }

  Task<void> put(std::string key, std::string value, Duration lifetime) override {
    if (!check_key(key) || !check_value(value)) co_return;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::max(lifetime, shortest_lifetime));
    RecordWriter record;
    record.text(key);
    record.text(value);
    record.number(static_cast<double>(seconds.count()));
    (void)co_await Operation{OperationKind::cache_put, std::move(record)};
  }
};

}  // namespace postern::workers
