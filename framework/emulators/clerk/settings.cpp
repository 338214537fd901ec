#include "emulators/clerk/settings.hpp"

#include <charconv>

#include "postern/base/encoding.hpp"
#include "postern/uri/url.hpp"

namespace postern::emulator {

namespace {

Result<std::uint16_t> parse_port(std::string_view flag, std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > 65535) {
    return fail(Error::Kind::invalid, std::string(flag) + " must be a number from 1 to 65535.");
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

Result<void> check_oauth_callback(const Settings& settings) {
  const auto url = uri::Url::parse(settings.oauth_callback);
  if (url && url->is_loopback()) return {};
  return fail(Error::Kind::invalid, "--oauth-callback must be an address of this machine.");
}

Result<void> check_webhooks(const Settings& settings) {
  if (settings.webhook_url.empty()) return {};
  const auto url = uri::Url::parse(settings.webhook_url);
  if (!url || !url->is_loopback()) return fail(Error::Kind::invalid, "--webhooks must be an address of this machine.");
  if (!settings.webhook_secret.starts_with("whsec_") || !base64_decode(settings.webhook_secret.substr(6)))
    return fail(Error::Kind::invalid, "--webhooks needs CLERK_WEBHOOK_SECRET: whsec_ and base64 after it.");
  return {};
}

}  // namespace

Result<Settings> Settings::parse(std::span<const char* const> arguments, const Environment& environment) {
  Settings settings;
  if (auto key = environment("CLERK_SECRET_KEY")) settings.secret_key = *key;
  settings.webhook_secret = environment("CLERK_WEBHOOK_SECRET").value_or("");
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string_view flag = arguments[i];
    if (flag != "--port" && flag != "--listen" && flag != "--state" && flag != "--webhooks" &&
        flag != "--oauth-callback") {
      return fail(Error::Kind::invalid, "Unknown argument: " + std::string(flag));
    }
    if (i + 1 == arguments.size()) return fail(Error::Kind::invalid, std::string(flag) + " needs a value.");
    if (flag == "--port") {
      TRY(settings.port, parse_port(flag, arguments[i + 1]));
    } else if (flag == "--listen") {
      TRY(settings.listen_port, parse_port(flag, arguments[i + 1]));
    } else if (flag == "--state") {
      settings.state_file = arguments[i + 1];
    } else if (flag == "--oauth-callback") {
      settings.oauth_callback = arguments[i + 1];
    } else {
      settings.webhook_url = arguments[i + 1];
    }
  }
  TRY(check_webhooks(settings));
  TRY(check_oauth_callback(settings));
  TRY(check_secret_key(settings.secret_key));
  return settings;
}

std::string Settings::host() const { return "127.0.0.1:" + std::to_string(port); }
std::string Settings::issuer() const { return "http://" + host(); }
std::string Settings::publishable_key() const { return "pk_test_" + base64_encode(host() + "$"); }

std::string usage() {
  return "usage: clerk-emulator [--port 8790] [--listen <port>] [--state <path>] [--webhooks <url>] [--oauth-callback "
         "<url>]\n"
         "  --listen  listen there, behind something that stands at --port\n"
         "  --state   keep the signing key there, so that tokens survive a restart\n"
         "  --webhooks  send events there, signed with CLERK_WEBHOOK_SECRET\n"
         "  --oauth-callback  where the seeded OAuth application lives; http://localhost:8788/callback if left out\n"
         "  environment: CLERK_SECRET_KEY (sk_test_...), CLERK_WEBHOOK_SECRET (whsec_...)\n";
}

}  // namespace postern::emulator
