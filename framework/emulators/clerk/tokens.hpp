// The JWTs of the instance: what goes into them and for how long (clerk.md 2.1 to 2.3).
//
//   std::string jwt = mint_session_token(world, session, {.authorized_party = "http://localhost:8789"});
//   std::string jwt = mint_template_token(world, session, tmpl, {.lifetime = 300s});
//
// The caller has checked that the session is alive.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "emulators/clerk/world.hpp"

namespace postern::emulator {

struct MintOptions {
  std::string authorized_party{};                  // `azp`; empty: none, as when the Backend API mints
  std::optional<std::chrono::seconds> lifetime{};  // instead of the default
};

[[nodiscard]] std::string mint_session_token(World& world, const Session& session, const MintOptions& options);
[[nodiscard]] std::string mint_template_token(World& world, const Session& session, const JwtTemplate& jwt_template,
                                              const MintOptions& options);
// Carries cookies to the SDK in the URL: {"handshake":[...]}, in the category of session tokens.
[[nodiscard]] std::string mint_handshake_token(World& world, const std::vector<std::string>& directives);

}  // namespace postern::emulator
