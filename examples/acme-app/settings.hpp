// What the shop is told by its environment.
//
//   CLERK_PUBLISHABLE_KEY, CLERK_SECRET_KEY   from Clerk's dashboard, or from the offline Clerk
//   CLERK_API_URL     https://api.clerk.com    where the Backend API is
//   MCP_SERVER_URL    http://localhost:8788    the one server that /auth/mcp answers to
//   PORT              8789
//   APP_URL           http://localhost:PORT    our own origin, as browsers see it
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/clerk/keys.hpp"

namespace acme {

struct Settings {
  postern::clerk::PublishableKey publishable_key;
  postern::Secret secret_key;
  std::string clerk_api_url;
  std::string mcp_server_url;
  std::string app_url;
  std::uint16_t port = 8789;
  // The `aud` that the JWT template "postern" puts into tokens for our API.
  std::string api_audience = "acme-app";

  using Environment = std::function<std::optional<std::string>(std::string_view name)>;
  [[nodiscard]] static postern::Result<Settings> read(const Environment& environment);

  // Where Clerk signs people in: the accounts portal that belongs to the Frontend API.
  [[nodiscard]] std::string sign_in_url() const;
};

}  // namespace acme
