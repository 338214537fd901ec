// Every path that the emulator answers, in one table.
#pragma once

#include "emulators/clerk/world.hpp"
#include "postern/http/router.hpp"

namespace postern::emulator {

// `world` outlives the router.
void add_routes(http::Router& router, World& world);

}  // namespace postern::emulator
