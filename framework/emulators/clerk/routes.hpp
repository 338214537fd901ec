// Every path that the emulator answers, in one table.
#pragma once

#include "emulators/clerk/call.hpp"
#include "emulators/clerk/world.hpp"
#include "postern/http/router.hpp"
#include "postern/ports/fetch.hpp"

namespace postern::emulator {

// The instance's secret key, as the bearer token of a call to the Backend API.
[[nodiscard]] Read<void> check_secret_key(const World& world, const http::Request& request);

// `world` and `fetch` outlive the router.
void add_routes(http::Router& router, World& world, Fetch& fetch);

}  // namespace postern::emulator
