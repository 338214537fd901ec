#include <optional>

#include "emulators/clerk/oauth/oauth_server.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/secret.hpp"
#include "postern/uri/percent.hpp"

namespace postern::emulator::oauth {

namespace {

struct Credentials {
  std::string client_id;
  std::string client_secret;  // empty: none
};

// RFC 6749 sec. 2.3.1: both are form-encoded before they are joined.
std::optional<Credentials> read_basic(std::string_view header) {
  constexpr std::string_view scheme = "Basic ";
  if (header.size() < scheme.size() || !http::equal_ignoring_case(header.substr(0, scheme.size()), scheme))
    return std::nullopt;
  const auto text = base64_decode(header.substr(scheme.size()));
  const std::size_t colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  auto id = uri::percent_decode(std::string_view{*text}.substr(0, colon));
  auto secret = uri::percent_decode(std::string_view{*text}.substr(colon + 1));
  if (!id || !secret) return std::nullopt;
  return Credentials{*std::move(id), *std::move(secret)};
}

std::optional<Credentials> read_credentials(const http::Request& request, const uri::Form& form) {
  if (request.headers.count("Authorization") > 0) {
    const std::string* header = request.headers.find_only("Authorization");
    return header ? read_basic(*header) : std::nullopt;
  }
  const std::string* id = form.find_only("client_id");
  const std::string* secret = form.find_only("client_secret");
  if (!id) return std::nullopt;
  return Credentials{*id, secret ? *secret : ""};
}

}  // namespace

Checked<const OAuthApplication*> authenticate_client(World& world, const http::Request& request,
                                                     const uri::Form& form) {
  const auto credentials = read_credentials(request, form);
  const OAuthApplication* application = credentials ? world.find_application(credentials->client_id) : nullptr;
  if (!application || !constant_time_equal(application->client_secret, credentials->client_secret))
    return refuse("invalid_client", "Client authentication failed.", 401);
  return application;
}

}  // namespace postern::emulator::oauth
