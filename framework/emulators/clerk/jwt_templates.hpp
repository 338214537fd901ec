// JWT templates of the Backend API (clerk.md 3.7).
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::jwt_templates {

Answer list(Call& call);
Answer get(Call& call);
Answer create(Call& call);
Answer update(Call& call);
Answer remove(Call& call);

}  // namespace postern::emulator::jwt_templates
