// Tells the one who listens what happened: a POST for each event, signed as Svix signs them (clerk.md 3.11).
//
//   world.emit("session.ended", sessions::to_json(session));      // while the request is worked on
//   co_await send_webhooks(world, fetch);                         // before it is answered, so that a test need not
//   wait
//
// Each is sent once, in order; what came of it is in world.deliveries.
#pragma once

#include "emulators/clerk/world.hpp"
#include "postern/base/task.hpp"
#include "postern/ports/fetch.hpp"

namespace postern::emulator {

// Both outlive the task.
Task<void> send_webhooks(World& world, Fetch& fetch);

}  // namespace postern::emulator
