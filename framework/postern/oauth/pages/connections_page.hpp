// What the connections page says: each assistant that can use this server as its visitor, and how to end that.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postern/base/time.hpp"
#include "postern/oauth/grant.hpp"
#include "postern/oauth/recent_calls.hpp"
#include "postern/oauth/settings.hpp"

namespace postern::oauth {

// The HTML inside <main>. `calls` are what the assistants did lately, as far as it is known; `form_token` goes back
// with each form; `now` is what "ago" is counted from.
[[nodiscard]] std::string connections_html(const Settings& settings, const SignedInUser& visitor,
                                           const std::vector<Grant>& grants, const CallsByConnection& calls,
                                           std::string_view form_token, TimePoint now);

}  // namespace postern::oauth
