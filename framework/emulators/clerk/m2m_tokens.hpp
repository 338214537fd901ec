// Machine tokens: one machine of the instance proves to another who it is (clerk.md 3.10).
//
// Who calls is a machine, by its own secret key, or the instance, by its. A machine may verify what is for it only.
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::m2m_tokens {

Answer create(Call& call);
Answer revoke(Call& call);
Answer verify(Call& call);

}  // namespace postern::emulator::m2m_tokens
