// What the emulator is started with, from flags and the environment.
//
//   auto settings = Settings::parse({argv + 1, argv + argc}, environment);   // then settings->publishable_key()
//
// It speaks plain HTTP on loopback only, and refuses a live secret key: it must never be mistaken for Clerk.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "postern/base/result.hpp"

namespace postern::emulator {

struct Settings {
  std::uint16_t port = 8790;
  // Where it listens, if something that stands at `port` passes everything on to it. 0: at `port` itself.
  std::uint16_t listen_port = 0;
  std::string secret_key = "sk_test_postern_offline_clerk";
  // Where the signing key is kept, so that tokens and JWKS caches outlive a restart. Empty: a new key at each start.
  std::string state_file;
  // Where the seeded OAuth application sends people back to: the MCP server with AUTH_MODE=clerk-login.
  std::string oauth_callback = "http://localhost:8788/callback";
  // Where events are sent to, and the whsec_... that signs them. Empty: nowhere.
  std::string webhook_url;
  std::string webhook_secret;

  using Environment = std::function<std::optional<std::string>(std::string_view name)>;
  [[nodiscard]] static Result<Settings> parse(std::span<const char* const> arguments, const Environment& environment);

  [[nodiscard]] std::string host() const;             // "127.0.0.1:8790"
  [[nodiscard]] std::string issuer() const;           // "http://127.0.0.1:8790"
  [[nodiscard]] std::string publishable_key() const;  // pk_test_ + base64(host + "$")
};

[[nodiscard]] std::string usage();

}  // namespace postern::emulator
