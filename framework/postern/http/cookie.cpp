#include "postern/http/cookie.hpp"

#include <algorithm>

#include "postern/base/concat.hpp"
#include "postern/base/ensure.hpp"
#include "postern/http/token.hpp"

namespace postern::http {
namespace {

// cookie-octet (sec. 4.1.1).
bool is_cookie_value(std::string_view value) {
  return std::ranges::all_of(value,
                             [](char c) { return c > ' ' && c <= '~' && !std::string_view{"\",;\\"}.contains(c); });
}

bool is_cookie_path(std::string_view path) {
  return path.starts_with('/') && std::ranges::all_of(path, [](char c) { return c >= ' ' && c <= '~' && c != ';'; });
}

// Browsers compare the prefixes without case (sec. 4.1.3), so we do as well.
bool has_prefix(std::string_view name, std::string_view prefix) {
  return equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

std::string_view to_string(SameSite same_site) {
  switch (same_site) {
    case SameSite::strict:
      return "Strict";
    case SameSite::lax:
      return "Lax";
    case SameSite::none:
      return "None";
  }
  return "Strict";
}

}  // namespace

std::optional<std::string> find_cookie(const HeaderMap& headers, std::string_view name) {
  std::optional<std::string> found;
  for (const Header& field : headers) {
    if (!equal_ignoring_case(field.name, "Cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::string_view pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != name) continue;
      if (found) return std::nullopt;
      found.emplace(trim(pair.substr(equals + 1)));
    }
  }
  return found;
}

std::string serialize(const SetCookie& cookie) {
  ensure(is_token(cookie.name));
  ensure(is_cookie_value(cookie.value));
  ensure(cookie.name.size() + cookie.value.size() <= cookie_bytes_max);
  ensure(is_cookie_path(cookie.path));
  const bool host_only = has_prefix(cookie.name, "__Host-");
  ensure(!host_only || cookie.path == "/");
  const bool needs_secure = host_only || has_prefix(cookie.name, "__Secure-") || cookie.same_site == SameSite::none;
  ensure(!needs_secure || cookie.secure);

  std::string text = concat(cookie.name, "=", cookie.value, "; Path=", cookie.path);
  if (cookie.max_age) text += concat("; Max-Age=", cookie.max_age->count());
  if (cookie.secure) text += "; Secure";
  if (cookie.http_only) text += "; HttpOnly";
  text += concat("; SameSite=", to_string(cookie.same_site));
  return text;
}

}  // namespace postern::http
