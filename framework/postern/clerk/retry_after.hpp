// How long whoever answered wants to be left alone (RFC 9110 sec. 10.2.3), if they say it in seconds. A date is not
// read: Clerk sends none, and another's clock may be wrong.
#pragma once

#include <optional>

#include "postern/base/time.hpp"
#include "postern/http/headers.hpp"

namespace postern::clerk {

[[nodiscard]] std::optional<Duration> parse_retry_after(const http::HeaderMap& headers);

}  // namespace postern::clerk
