// Percent-encoding (RFC 3986 sec. 2).
//
//   percent_encode("a b/c")      // "a%20b%2Fc": safe as one path segment, or as a query's name or value
//   percent_decode("a%20b%2fc")  // "a b/c"; nullopt for "%", "%4", "%zz"
//
// Bytes in, bytes out: what is decoded may be any bytes at all, so check is_utf8 (base/utf8.hpp) where text is meant.
// Decode once and only once: "%2541" gives "%41".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::uri {

// Everything but the unreserved characters (letters, digits, "-._~") becomes %XX in upper case.
[[nodiscard]] std::string percent_encode(std::string_view bytes);

// '+' stays '+': that it means a space is a rule of forms only (form.hpp).
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

}  // namespace postern::uri
