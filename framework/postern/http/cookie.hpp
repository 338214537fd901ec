// Cookies, to read and to set (RFC 6265bis).
//
//   if (auto session = find_cookie(request.headers, "__Host-session")) ...
//   response.headers.add("Set-Cookie", serialize({.name = "__Host-session", .value = id, .max_age = 10min}));
//
// Values are sent as they are: what is not plain ASCII is the caller's to encode (base64url fits).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "postern/http/headers.hpp"

namespace postern::http {

// RFC 6265bis sec. 5.6: user agents drop a cookie whose name and value are longer together.
inline constexpr std::size_t cookie_bytes_max = 4096;

// Nullopt if there is none of that name, or more than one: a second is a cookie that somebody planted from another path
// or sub-domain. Names are case-sensitive.
[[nodiscard]] std::optional<std::string> find_cookie(const HeaderMap& headers, std::string_view name);

enum class SameSite : std::uint8_t { strict, lax, none };

// There is no Domain: a cookie of ours goes back to the host that set it and to no other.
struct SetCookie {
  std::string name;
  std::string value;
  std::string path = "/";
  std::optional<std::chrono::seconds> max_age;  // without one it ends with the browser; zero deletes it
  bool secure = true;
  bool http_only = true;
  SameSite same_site = SameSite::lax;
};

// Traps on what a browser would refuse or misread, as that is a bug of the caller: a name that is no token, a character
// that may not stand in the value or path, `__Host-` or `__Secure-` or SameSite=None without Secure, `__Host-` with a
// path other than "/".
[[nodiscard]] std::string serialize(const SetCookie& cookie);

}  // namespace postern::http
