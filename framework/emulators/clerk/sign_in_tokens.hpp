// One-time links that sign a user in (clerk.md 3.8).
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::sign_in_tokens {

Answer create(Call& call);
Answer revoke(Call& call);

// Uses up the ticket: the user to sign in, or null if it is unknown, used, revoked or too old.
[[nodiscard]] User* redeem(World& world, std::string_view ticket);
// Whom it would sign in; changes nothing.
[[nodiscard]] const User* peek(World& world, std::string_view ticket);

}  // namespace postern::emulator::sign_in_tokens
