// What a key id may look like: it is used to look a key up and lands in logs, so it gets no room for more (threat 22).
#pragma once

#include <algorithm>
#include <string_view>

#include "postern/base/limits.hpp"

namespace postern::jose {

[[nodiscard]] constexpr bool is_valid_kid(std::string_view kid) {
  return !kid.empty() && kid.size() <= limits::kid_bytes_max &&
         std::ranges::all_of(kid, [](char character) { return character > ' ' && character < '\x7f'; });
}

}  // namespace postern::jose
