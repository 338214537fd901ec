// Who acts as somebody else, as Clerk writes it: `act` in its tokens, `actor` in a session (clerk.md 2.2, 3.6; RFC 8693
// sec. 4.1).
//
//   auto actor = find_actor(claims, "act");             // "user_staff", "" if nobody does
//
// One text, for logs and for people. If the token says who vouches for the actor, that stands behind: "user_staff
// (https://dashboard.clerk.com)". Nullopt: there is one, and who it is cannot be read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "postern/json/value.hpp"

namespace postern::clerk {

[[nodiscard]] std::optional<std::string> find_actor(const json::Object& object, std::string_view name);

}  // namespace postern::clerk
