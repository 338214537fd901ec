// Clients that the operator registers, besides those that register themselves, or instead of them.
//
//   TRY(auto clients,
//   parse_known_clients(R"([{"client_id":"back-office","redirect_uris":["https://office.example/cb"]}])"));
//
// Each is described as RFC 7591 has it, by the same rules. It is public, unless it has `client_secret_sha256`: the
// SHA-256 of its secret in hex, so that no secret has to be written down here.
#pragma once

#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/oauth/client.hpp"

namespace postern::oauth {

// The error's message says which client is wrong, and what about it.
[[nodiscard]] Result<std::vector<RegisteredClient>> parse_known_clients(std::string_view text);

}  // namespace postern::oauth
