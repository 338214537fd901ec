// Organizations and who belongs to them, as far as sign-in needs it (clerk.md 3.5).
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::organizations {

Answer list(Call& call);
Answer get(Call& call);  // {organization} is an id or a slug
Answer create(Call& call);
Answer remove(Call& call);
Answer memberships(Call& call);
Answer add_membership(Call& call);
Answer remove_membership(Call& call);
Answer memberships_of_user(Call& call);

}  // namespace postern::emulator::organizations
