// The cookies by which Clerk's SDKs know a browser on the app's own host (clerk.md 4.1, 4.3), as Set-Cookie texts.
//
//   std::vector<std::string> directives = browser_cookies(world, browser, "http://localhost:8789");
//
// Each comes twice: plain, and with the suffix that is derived from the publishable key (clerk.md 1.1). The session
// cookie stands last, as an SDK takes the last one that it finds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/clerk/world.hpp"

namespace postern::emulator {

// For whoever `browser` is signed in as, or the cookies that say "signed out". `origin` becomes the token's `azp`.
[[nodiscard]] std::vector<std::string> browser_cookies(World& world, const Browser& browser, std::string_view origin);

// First 8 characters of base64url(SHA-1(publishable key)).
[[nodiscard]] std::string cookie_suffix(std::string_view publishable_key);

}  // namespace postern::emulator
