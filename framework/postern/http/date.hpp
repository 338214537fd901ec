// Times as HTTP writes them (RFC 9110 sec. 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
//
//   if (const auto until = parse_date(*headers.find_only("Retry-After"))) ...
//
// That one form alone, which is the only one that may be sent since 1999. The day's name is not held against the date.
#pragma once

#include <optional>
#include <string_view>

#include "postern/base/time.hpp"

namespace postern::http {

[[nodiscard]] std::optional<TimePoint> parse_date(std::string_view text);

}  // namespace postern::http
