#include "emulators/clerk/instance.hpp"

namespace postern::emulator::instance {

namespace {
constexpr std::chrono::hours testing_token_lifetime{1};
}

Answer jwks(Call& call) { return json::Object{{"keys", json::Array{call.world.key().public_jwk()}}}; }

// Accepted and ignored wherever it comes back: there is no bot protection to skip.
Answer create_testing_token(Call& call) {
  const std::int64_t expires_at =
      to_unix_seconds(call.world.now() + testing_token_lifetime);  // seconds, unlike the rest
  return json::Object{{"object", "testing_token"},
                      {"token", std::to_string(expires_at) + "-c_" + call.world.new_token()},
                      {"expires_at", expires_at}};
}

}  // namespace postern::emulator::instance
