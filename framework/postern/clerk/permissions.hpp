// Organization permissions as version 2 of the session token packs them (clerk.md 2.2).
//
//   decode_permissions("o:dashboard,o:teams", "manage,read", "3,2")
//   // org:dashboard:manage, org:dashboard:read, org:teams:read
//
// `features` is a list of scope:name, of which those of the organization count; `map` has one decimal number for each
// of these, whose bit i says that permission i is held for it. The numbers may have more than 64 bits.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::clerk {

// Nullopt if the three do not fit together, or go beyond what a token of 8 KiB would sensibly hold.
[[nodiscard]] std::optional<std::vector<std::string>> decode_permissions(std::string_view features,
                                                                         std::string_view permissions,
                                                                         std::string_view map);

}  // namespace postern::clerk
