// Bytes as text: base64 and base64url (RFC 4648), lower-case hex.
//
// Decoding is strict: no whitespace, no foreign characters, no missing or extra padding, and only the canonical form
// (unused bits are zero), so one value has one spelling. base64url is without padding, as JOSE has it (RFC 7515 sec.
// 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern {

[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

[[nodiscard]] std::string hex_encode(std::string_view bytes);

}  // namespace postern
