// One-time links that sign a user in, or somebody who acts as them (clerk.md 3.8).
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::sign_in_tokens {

Answer create(Call& call);
Answer create_for_actor(Call& call);  // POST /v1/actor_tokens
Answer revoke(Call& call);

// Uses up the ticket; null if it is unknown, used, revoked or too old.
[[nodiscard]] const SignInToken* redeem(World& world, std::string_view ticket);
// Whom it would sign in; changes nothing.
[[nodiscard]] const User* peek(World& world, std::string_view ticket);

}  // namespace postern::emulator::sign_in_tokens
