// What the consent page says: plain words, and nothing of the client's that is not escaped and marked as its own claim.
#pragma once

#include <string>
#include <string_view>

#include "postern/oauth/pending_authorization.hpp"
#include "postern/oauth/settings.hpp"

namespace postern::oauth {

// The HTML inside <main>.
[[nodiscard]] std::string consent_html(const Settings& settings, const PendingAuthorization& pending,
                                       std::string_view handle);

}  // namespace postern::oauth
