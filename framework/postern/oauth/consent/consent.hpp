// The consent page, and what its two buttons do (threats 9 to 13; MCP security best practices, confused deputy).
//
// The page is shown before the sign-in, in every flow. It writes consent/<handle>, taken by the first press of a
// button; the form carries nothing but the handle. Only approval leads on to the sign-in and makes sign_in/<state> and
// the cookie that the callback asks for. Both follow from the handle and the consent cookie, so that a double click
// ends where the first press led, and nowhere once that sign-in is done.
#pragma once

#include "postern/base/limits.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/authorize/pipeline.hpp"
#include "postern/oauth/browser_cookie.hpp"
#include "postern/oauth/context.hpp"

namespace postern::oauth {

inline constexpr BrowserCookie consent_cookie{.name = "consent", .lifetime = limits::consent_lifetime};
inline constexpr BrowserCookie sign_in_cookie{.name = "signin", .lifetime = limits::sign_in_lifetime};

// Context and HTTP request live until the tasks end.
Task<http::Response> ask_for_consent(Context& context, const http::Request& http_request, AuthorizationRequest request);
// POST /authorize/consent.
Task<http::Response> decide_consent(Context& context, const http::Request& request);

// Sent by a page of ours, and not by somebody else's (threat 12). Browsers say so in Sec-Fetch-Site; where that is
// missing the Origin must be ours. Our pages' no-referrer policy makes browsers send "Origin: null", which therefore
// counts only together with Sec-Fetch-Site.
[[nodiscard]] bool is_same_origin(const Settings& settings, const http::Request& request);

}  // namespace postern::oauth
