// The secret that ties a step of the flow to one browser (threats 10 and 12; MCP security best practices).
//
//   const BrowserCookie cookie{.name = "consent", .lifetime = limits::consent_lifetime};
//   Secret secret = browser_secret(cookie, context, request);       // the browser's own, or a fresh one
//   response.headers.add("Set-Cookie", set_cookie(cookie, context.settings, secret));
//   ...
//   if (!is_same_browser(cookie, context, request, record.browser_hash)) ...
//
// A browser keeps its secret while several tabs are at it: what is single-use is the handle of each page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "postern/base/secret.hpp"
#include "postern/base/time.hpp"
#include "postern/http/message.hpp"
#include "postern/json/value.hpp"
#include "postern/oauth/context.hpp"

namespace postern::oauth {

struct BrowserCookie {
  std::string_view name;
  Duration lifetime;
};

// Whatever the browser sent under this name, once.
[[nodiscard]] std::optional<std::string> find_cookie(const BrowserCookie& cookie, const Settings& settings,
                                                     const http::Request& request);

[[nodiscard]] Secret browser_secret(const BrowserCookie& cookie, const Context& context, const http::Request& request);
[[nodiscard]] std::string set_cookie(const BrowserCookie& cookie, const Settings& settings, const Secret& secret);

// A cookie that says something: sealed, so that only we can have written it, and good for the cookie's lifetime.
[[nodiscard]] std::string set_sealed_cookie(const BrowserCookie& cookie, const Context& context, json::Object content);
// What it says: JSON. Nullopt if there is none, it is not ours, or its time is over.
[[nodiscard]] std::optional<std::string> find_sealed_cookie(const BrowserCookie& cookie, const Context& context,
                                                            const http::Request& request);

[[nodiscard]] std::string browser_hash(Crypto& crypto, const Secret& secret);
[[nodiscard]] bool has_cookie(const BrowserCookie& cookie, const Context& context, const http::Request& request);
[[nodiscard]] bool is_same_browser(const BrowserCookie& cookie, const Context& context, const http::Request& request,
                                   std::string_view expected_hash);

}  // namespace postern::oauth
