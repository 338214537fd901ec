// How a user looks on the wire (clerk.md 3.4): every member that the contract requires, empty arrays included.
#pragma once

#include "emulators/clerk/model.hpp"
#include "postern/json/value.hpp"

namespace postern::emulator {

[[nodiscard]] json::Object to_json(const User& user);

}  // namespace postern::emulator
