// Users of the Backend API (clerk.md 3.4).
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::users {

Answer list(Call& call);
Answer count(Call& call);
Answer get(Call& call);
Answer create(Call& call);
Answer update(Call& call);
Answer remove(Call& call);
Answer ban(Call& call);
Answer unban(Call& call);
Answer lock(Call& call);
Answer unlock(Call& call);
Answer merge_metadata(Call& call);
Answer replace_metadata(Call& call);

// The user that {user_id} of the path names, or the 404.
[[nodiscard]] Read<User*> find_user(Call& call);
[[nodiscard]] ApiError user_not_found(std::string_view id);

}  // namespace postern::emulator::users
