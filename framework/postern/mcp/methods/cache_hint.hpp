// How long, and for whom, a client may keep a result (2026-07-28, server/utilities/caching).
#pragma once

#include <chrono>

#include "postern/base/time.hpp"
#include "postern/json/value.hpp"
#include "postern/json/writer.hpp"

namespace postern::mcp {

// What is compiled in changes with a release only.
inline constexpr Duration cache_fresh_for = std::chrono::minutes{5};

enum class CacheScope { everyone, caller };

inline void append_cache_hint(json::ObjectWriter& result, Duration fresh_for, CacheScope scope) {
  json::append(result.member("ttlMs"), static_cast<std::int64_t>(fresh_for.count()));
  json::append(result.member("cacheScope"), scope == CacheScope::everyone ? "public" : "private");
}

inline void add_cache_hint(json::Object& result, CacheScope scope) {
  result.emplace("ttlMs", cache_fresh_for.count());
  result.emplace("cacheScope", scope == CacheScope::everyone ? "public" : "private");
}

}  // namespace postern::mcp
