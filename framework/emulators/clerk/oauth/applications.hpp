// OAuth applications of the Backend API, and the instance's settings for them (clerk.md 3.9).
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::oauth_applications {

Answer list(Call& call);
Answer get(Call& call);
Answer create(Call& call);
Answer update(Call& call);
Answer remove(Call& call);
Answer rotate_secret(Call& call);
Answer revoke_token(Call& call);  // {"token"}: the whole grant; nothing to say (204)

Answer settings(Call& call);
Answer update_settings(Call& call);

}  // namespace postern::emulator::oauth_applications
