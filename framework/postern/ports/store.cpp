#include "postern/ports/store.hpp"

#include <algorithm>

#include "postern/base/limits.hpp"

namespace postern {

Result<void> check_key(std::string_view key) {
  const bool visible = std::ranges::all_of(key, [](char character) { return character > ' ' && character < '\x7f'; });
  if (key.empty() || key.size() > limits::store_key_bytes_max || !visible)
    return fail(Error::Kind::invalid, "A store key must be 1 to 512 characters of visible ASCII.");
  return {};
}

Result<void> check_value(std::string_view value) {
  if (value.size() > limits::store_value_bytes_max)
    return fail(Error::Kind::invalid, "A store value must be 64 KiB at most.");
  return {};
}

}  // namespace postern
