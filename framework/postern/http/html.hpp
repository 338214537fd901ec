// Text as it may stand inside HTML, between tags or in a quoted attribute.
//
//   "<p title=\"" + escape_html(name) + "\">"
//
// Not enough for a script, a style, an unquoted attribute or the scheme of an href: none of these takes foreign text.
#pragma once

#include <string>
#include <string_view>

namespace postern::http {

[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace postern::http
