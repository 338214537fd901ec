// Where an authorization server may send a browser back to: the redirect URIs of clients.
//
//   TRY(uri::check_redirect_uri(text));                            // when a client registers it
//   if (!uri::redirect_uri_matches(registered, requested)) ...     // at every authorization request
//
// May be registered:
//  - https with any host;
//  - http with a loopback host (127.0.0.1, [::1], localhost), for native clients (RFC 8252 sec. 7.3);
//  - a private-use scheme, which is a domain name turned round and so has a dot ("com.example.app:/cb", RFC 8252 sec.
//    7.1), or the scheme of one of the editors that have none: cursor, vscode, vscode-insiders.
// All other schemes are refused, and so javascript, data, file, blob and about. So are a fragment (RFC 6749 sec.
// 3.1.2), a userinfo, and whatever Url::parse refuses.
#pragma once

#include <cstddef>
#include <string_view>

#include "postern/base/result.hpp"

namespace postern::uri {

inline constexpr std::size_t redirect_uri_bytes_max = 2 * 1024;

// The message says what is wrong and may be shown to the client's developer. Passing means well-formed, not
// trustworthy: any site can have an https URL, so a person must see its host before the first redirect.
[[nodiscard]] Result<void> check_redirect_uri(std::string_view uri);

// Byte by byte equal (RFC 9700 sec. 2.1), except that a loopback http URI may ask for another port, or for one where
// none was registered (RFC 8252 sec. 7.3). `registered` has passed check_redirect_uri; `requested` is anything.
[[nodiscard]] bool redirect_uri_matches(std::string_view registered, std::string_view requested);

}  // namespace postern::uri
