// What belongs to the instance as a whole: its public keys and its testing tokens (clerk.md 1.2, 3.8).
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::instance {

Answer jwks(Call& call);
Answer create_testing_token(Call& call);

}  // namespace postern::emulator::instance
