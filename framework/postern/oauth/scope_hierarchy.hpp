// Scopes that include others: who may write may read.
//
//   principal.scopes = with_included(settings.scopes, grant.scopes);        // what may be done with the token
//   challenge(without_included(settings.scopes, needed));                   // the least to ask for
//
// A grant keeps what was asked for and agreed to. What that includes follows from the settings wherever a token is made
// or judged, so whoever reads a Principal's scopes needs to know of no hierarchy.
#pragma once

#include <string>
#include <vector>

#include "postern/oauth/settings.hpp"

namespace postern::oauth {

// These, and all that they include; each once.
[[nodiscard]] std::vector<std::string> with_included(const std::vector<Scope>& scopes, std::vector<std::string> names);
// Those of `scopes` that are named and that no other named one includes.
[[nodiscard]] std::vector<std::string> without_included(const std::vector<Scope>& scopes,
                                                        const std::vector<std::string>& names);

}  // namespace postern::oauth
