// Access tokens of the instance's OAuth server (clerk.md 3.9, 5.3), issued by a lever: there is no such server here
// yet.
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::oauth_tokens {

// {"user_id","scopes","audience","format":"jwt"|"opaque","lifetime_seconds"}: the token and its id.
Answer issue(Call& call);
Answer revoke(Call& call);
// 200 for one that is revoked or expired as well, which says so; a JWT that has expired is only "inactive".
Answer verify(Call& call);

}  // namespace postern::emulator::oauth_tokens
