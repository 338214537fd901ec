// The answer to the client, carried by the browser: code or error, `state` as it came, and `iss` (RFC 6749 sec. 4.1.2,
// RFC 9207 sec. 2). Only ever to a redirect_uri that was checked.
#pragma once

#include <string>
#include <string_view>

#include "postern/http/message.hpp"
#include "postern/oauth/oauth_error.hpp"
#include "postern/oauth/settings.hpp"

namespace postern::oauth {

struct ClientCallback {
  std::string redirect_uri;
  std::string state;  // empty: the client sent none, and gets none
};

// `answering` is the method of the request: 302 after GET, 303 after POST, so that no form is ever sent on (threat 14).
[[nodiscard]] http::Response send_code(const Settings& settings, http::Method answering, const ClientCallback& client,
                                       std::string_view code);
[[nodiscard]] http::Response send_error(const Settings& settings, http::Method answering, const ClientCallback& client,
                                        const OAuthError& error);

// A redirect that is neither stored nor leaves a referrer.
[[nodiscard]] http::Response send_browser_to(http::Method answering, std::string_view location);

}  // namespace postern::oauth
