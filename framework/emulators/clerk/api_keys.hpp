// API keys of users and organizations (clerk.md 3.10).
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::api_keys {

Answer create(Call& call);  // the one answer with the secret
Answer list(Call& call);
Answer get(Call& call);
Answer remove(Call& call);
Answer revoke(Call& call);
// 200 for one that is revoked or expired as well, which says so.
Answer verify(Call& call);

}  // namespace postern::emulator::api_keys
