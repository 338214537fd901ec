// Clients that nobody made: they register themselves, or are met by the address of a document about them
// (clerk.md 5.2).
#pragma once

#include "emulators/clerk/oauth/oauth_server.hpp"
#include "postern/base/task.hpp"
#include "postern/ports/fetch.hpp"

namespace postern::emulator::oauth {

// What a client says of itself (RFC 7591 sec. 2), as an application without id and credentials.
[[nodiscard]] Checked<OAuthApplication> read_client_metadata(const World& world, const json::Object& metadata);

// Keeps it, under a client_id that it has or gets.
OAuthApplication& add_application(World& world, OAuthApplication application);

// If the request to /oauth/authorize names a client by an address, reads its document, each time. What cannot be used
// is nobody's: authorize() then knows no such client. The references outlive the task.
Task<void> meet_client(World& world, Fetch& fetch, const http::Request& request);

}  // namespace postern::emulator::oauth
