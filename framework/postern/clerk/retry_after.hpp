// How long whoever answered wants to be left alone (RFC 9110 sec. 10.2.3): in seconds, or until a date. A date counts
// from the answer's own Date, if it has one, so that nobody's clock has to be right.
#pragma once

#include <optional>

#include "postern/base/time.hpp"
#include "postern/http/headers.hpp"

namespace postern::clerk {

[[nodiscard]] std::optional<Duration> parse_retry_after(const http::HeaderMap& headers, TimePoint now);

}  // namespace postern::clerk
