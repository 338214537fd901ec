// Media types as Content-Type and Accept name them (RFC 9110 sec. 8.3 and 12.5.1), without case.
//
//   if (!has_content_type(request.headers, "application/json")) return Response::empty(415);
//   if (!accepts(request.headers, "text/event-stream")) return Response::empty(406);
#pragma once

#include <string_view>

#include "postern/http/headers.hpp"

namespace postern::http {

// True if there is one Content-Type and it is this type; parameters (charset=utf-8) may follow.
[[nodiscard]] bool has_content_type(const HeaderMap& headers, std::string_view type);

// True if the most specific range that fits has no weight of zero. Without an Accept field everything is accepted.
[[nodiscard]] bool accepts(const HeaderMap& headers, std::string_view type);

}  // namespace postern::http
