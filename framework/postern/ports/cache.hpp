// What may be forgotten, and may be old: copies that make a cold start cheaper, of what can be had elsewhere.
//
//   if (auto text = co_await cache.get("jwks/" + url)) co_return parse(*text);
//   ...
//   co_await cache.put("jwks/" + url, text, 10min);
//
// A miss is always a right answer, and so is a value that was replaced a minute ago: other instances see a put late, or
// never. So nothing that is single-use, revocable or secret goes in here; that is the Store's. There are no errors:
// what cannot be read is a miss, what cannot be kept is not kept. A key is 512 bytes of visible ASCII at most, a value
// UTF-8 text of 64 KiB at most; what is larger is not kept.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "postern/base/task.hpp"
#include "postern/base/time.hpp"

namespace postern {

class Cache {
 public:
  // A host may not be able to keep anything for a shorter time than this.
  static constexpr Duration shortest_lifetime = std::chrono::seconds{60};

  virtual ~Cache() = default;
  virtual Task<std::optional<std::string>> get(std::string key) = 0;
  // Does not wait until it is kept.
  virtual Task<void> put(std::string key, std::string value, Duration lifetime) = 0;
};

}  // namespace postern
