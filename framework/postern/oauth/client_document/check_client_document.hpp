// What a client ID metadata document may say (draft-ietf-oauth-client-id-metadata-document sec. 3 and 4; MCP, client ID
// metadata documents).
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "postern/base/result.hpp"
#include "postern/oauth/client.hpp"
#include "postern/oauth/oauth_error.hpp"
#include "postern/uri/url.hpp"

namespace postern::oauth {

namespace client_document_limits {
using namespace std::chrono_literals;
inline constexpr std::size_t address_bytes_max = 512;
inline constexpr std::size_t document_bytes_max = 5 * 1024;  // draft sec. 6.6
inline constexpr std::size_t under_way_max = 16;             // fetches of one event loop
inline constexpr auto fresh_min = 1min;
inline constexpr auto fresh_default = 5min;
inline constexpr auto fresh_max = 24h;
inline constexpr auto stale_for = 24h;  // beyond that, while its site cannot answer
}  // namespace client_document_limits

// A document is on the web. Where the server itself is on loopback, in development, it may be there as well, and then
// with plain http.
enum class DocumentHosts { web, web_and_loopback };

// The address: https with a path, without user name or fragment.
[[nodiscard]] Result<uri::Url, OAuthError> check_document_address(std::string_view client_id, DocumentHosts hosts);

// The content: the rules of registration, and a `client_id` that is the address, byte by byte. All its readers see it,
// so it has no secret: the client is public.
[[nodiscard]] Result<ClientMetadata, OAuthError> check_client_document(std::string_view address, std::string_view body);

}  // namespace postern::oauth
