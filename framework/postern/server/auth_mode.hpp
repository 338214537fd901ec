// AUTH_MODE=auto: what the Clerk instance offers, by its metadata (RFC 8414), and what the settings need, decide once,
// at start. One line of the log says which mode it is and why.
//
//   CO_TRY(co_await settle_auth_mode(settings, ports));      // before there is a Server
//
//   CLERK_OAUTH_CLIENT_ID is set                      clerk-login
//   CLERK_JWT_TEMPLATE is set                         bridge: tools call the app, in the session of their connection
//   clients can introduce themselves at Clerk         clerk, with a warning of what goes without saying in the others
//   nothing of these                                  bridge
//
// What cannot be read is no reason for anything: then there is an error and no mode.
#pragma once

#include <string>
#include <string_view>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/ports/ports.hpp"
#include "postern/server/settings.hpp"

namespace postern::server {

struct ModeChoice {
  AuthMode mode;
  std::string_view reason;
};

// `metadata` as the instance sent it. The error is a sentence for the operator.
[[nodiscard]] Result<ModeChoice> choose_auth_mode(const Settings& settings, std::string_view metadata);

// Does nothing to settings that name a mode. Both live until the task ends. Errors: unavailable (there is no metadata
// now), invalid (there is, and it does not do).
Task<Result<void>> settle_auth_mode(Settings& settings, const Ports& ports);

}  // namespace postern::server
