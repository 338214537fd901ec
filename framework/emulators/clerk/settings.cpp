#include "emulators/clerk/settings.hpp"

#include <charconv>

#include "postern/base/encoding.hpp"

namespace postern::emulator {

namespace {

Result<std::uint16_t> parse_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > 65535) {
    return fail(Error::Kind::invalid, "--port must be a number from 1 to 65535.");
  }
  return static_cast<std::uint16_t>(value);
}

Result<void> check_secret_key(std::string_view key) {
  if (key.starts_with("sk_live_") || key.starts_with("live_")) {
    return fail(Error::Kind::invalid,
                "This is the offline Clerk: it refuses a live secret key. Use one of your own making.");
  }
  if (!key.starts_with("sk_test_") || key.size() < 12) {
    return fail(Error::Kind::invalid, "CLERK_SECRET_KEY must start with sk_test_ and have a few characters more.");
  }
  return {};
}

}  // namespace

Result<Settings> Settings::parse(std::span<const char* const> arguments, const Environment& environment) {
  Settings settings;
  if (auto key = environment("CLERK_SECRET_KEY")) settings.secret_key = *key;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string_view flag = arguments[i];
    if (flag != "--port" && flag != "--state") {
      return fail(Error::Kind::invalid, "Unknown argument: " + std::string(flag));
    }
    if (i + 1 == arguments.size()) return fail(Error::Kind::invalid, std::string(flag) + " needs a value.");
    if (flag == "--port") {
      TRY(settings.port, parse_port(arguments[i + 1]));
    } else {
      settings.state_file = arguments[i + 1];
    }
  }
  TRY(check_secret_key(settings.secret_key));
  return settings;
}

std::string Settings::host() const { return "127.0.0.1:" + std::to_string(port); }
std::string Settings::issuer() const { return "http://" + host(); }
std::string Settings::publishable_key() const { return "pk_test_" + base64_encode(host() + "$"); }

std::string usage() {
  return "usage: clerk-emulator [--port 8790] [--state <path>]\n"
         "  --state   keep the signing key there, so that tokens survive a restart\n"
         "  environment: CLERK_SECRET_KEY (sk_test_...)\n";
}

}  // namespace postern::emulator
