// How our pages speak of clients and of what they may do: HTML, with every foreign part escaped.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/oauth/settings.hpp"

namespace postern::oauth {

// What somebody calls itself, in quotation marks. <bdi> keeps right-to-left characters from turning the words around
// it.
[[nodiscard]] std::string quoted(std::string_view foreign);

// The host of the site that vouches for a client by its metadata document; not escaped. Nullopt for a client that
// registered.
[[nodiscard]] std::optional<std::string> find_voucher(std::string_view client_id);

// The list of what `scopes` allow.
[[nodiscard]] std::string permissions(const Settings& settings, const std::vector<std::string>& scopes);

}  // namespace postern::oauth
