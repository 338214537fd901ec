// The accounts that users have elsewhere, and the access tokens of theirs that Clerk keeps (clerk.md 3.4).
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::external_accounts {

// Those of {user_id} at {provider}.
Answer access_tokens(Call& call);
// A lever: the user has connected an account.
Answer connect(Call& call);

}  // namespace postern::emulator::external_accounts
