// What a person's browser meets: the handshake that gives an app its cookies, the sign-in page, the start page.
//
// An app without fresh cookies sends the browser to /v1/client/handshake; the emulator knows it by the `__clerk_db_jwt`
// that the app's URL carries, or by a cookie of its own, and sends it back with a nonce; the app's backend redeems the
// nonce for Set-Cookie texts (clerk.md 4.3). Redirects go to loopback origins only.
#pragma once

#include <optional>
#include <string_view>

#include "emulators/clerk/call.hpp"
#include "postern/http/message.hpp"
#include "postern/uri/url.hpp"

namespace postern::emulator::browser {

http::Response handshake(Call& call);
Answer handshake_payload(Call& call);  // for the app's backend

http::Response show_start(Call& call);
http::Response show_sign_in(Call& call);
http::Response sign_in(Call& call);
http::Response show_sign_out(Call& call);
http::Response sign_out(Call& call);

// The emulator's own cookie, on its own host.
inline constexpr std::string_view browser_cookie = "__client";

// The browser that sent the request, if we have met it.
[[nodiscard]] Browser* find_browser(Call& call);
// The same by its cookie alone, which no link can bring along.
[[nodiscard]] Browser* find_browser_by_cookie(Call& call);
// The browser, or a new one.
[[nodiscard]] Browser& this_browser(Call& call);
void remember_browser(http::Response& response, const Browser& browser);

// The URL if it leads to this machine.
[[nodiscard]] std::optional<uri::Url> parse_redirect_url(std::string_view text);
// `url` with the query parameter set to `value` (replaced if it is there), all else as it was.
[[nodiscard]] std::string with_parameter(std::string_view url, std::string_view name, std::string_view value);

}  // namespace postern::emulator::browser
