// Access tokens of the instance's OAuth server (clerk.md 3.9, 5.3): how they are made, and what the Backend API says of
// them. A lever issues one without a client.
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::oauth_tokens {

enum class Format : std::uint8_t { jwt, opaque };
// Gives it an id and a secret, and keeps it. The caller has seen that there is room.
const OAuthToken& issue(World& world, OAuthToken token, std::int64_t lifetime_seconds, Format format);

// The levers: {"user_id","scopes","audience","format":"jwt"|"opaque","lifetime_seconds"}, the token and its id; and its
// end.
Answer issue(Call& call);
Answer revoke(Call& call);
// 200 for one that is revoked or expired as well, which says so; a JWT that has expired is only "inactive".
Answer verify(Call& call);

}  // namespace postern::emulator::oauth_tokens
