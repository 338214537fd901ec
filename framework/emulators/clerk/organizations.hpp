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
Answer update_membership(Call& call);
Answer remove_membership(Call& call);
Answer memberships_of_user(Call& call);
// A lever: what the role of a member may do.
Answer set_permissions(Call& call);

// The organization that {organization} of the path names, and its member {user_id}, or the 404.
[[nodiscard]] Read<Organization*> find_organization(Call& call);
[[nodiscard]] Read<Membership*> find_membership(Call& call);

}  // namespace postern::emulator::organizations
