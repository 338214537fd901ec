// How long, and for whom, a client may keep a result (2026-07-28, server/utilities/caching).
#pragma once

#include <chrono>

#include "postern/json/value.hpp"

namespace postern::mcp {

// What is compiled in changes with a release only.
inline constexpr std::chrono::milliseconds cache_fresh_for = std::chrono::minutes{5};

enum class CacheScope { everyone, caller };

inline void add_cache_hint(json::Object& result, CacheScope scope) {
  result.emplace("ttlMs", cache_fresh_for.count());
  result.emplace("cacheScope", scope == CacheScope::everyone ? "public" : "private");
}

}  // namespace postern::mcp
