#include "acme-app/settings.hpp"

#include <charconv>

#include "postern/uri/url.hpp"

namespace acme {

namespace {

using postern::Error;
using postern::fail;
using postern::Result;

Result<std::uint16_t> parse_port(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc{} && end == text.data() + text.size() && port != 0) return port;
  return fail(Error::Kind::invalid, "PORT must be a number from 1 to 65535.");
}

// An origin, without the slash that people like to put behind it.
Result<std::string> parse_origin(std::string_view name, const std::string& text) {
  const auto url = postern::uri::Url::parse(text);
  if (url && url->is_web() && url->path() == "/" && !url->query() && !url->fragment() && !url->userinfo()) {
    return url->origin();
  }
  return fail(Error::Kind::invalid, std::string(name) + " must be an address such as http://localhost:8788.");
}

}  // namespace

Result<Settings> Settings::read(const Environment& environment) {
  const auto get = [&](std::string_view name, std::string fallback) { return environment(name).value_or(fallback); };
  TRY(auto port, parse_port(get("PORT", "8789")));
  TRY(auto publishable_key, postern::clerk::PublishableKey::parse(get("CLERK_PUBLISHABLE_KEY", "")));
  TRY(auto secret_key, postern::clerk::SecretKey::parse(get("CLERK_SECRET_KEY", "")));
  TRY(auto clerk_api_url, parse_origin("CLERK_API_URL", get("CLERK_API_URL", "https://api.clerk.com")));
  TRY(auto mcp_server_url, parse_origin("MCP_SERVER_URL", get("MCP_SERVER_URL", "http://localhost:8788")));
  TRY(auto app_url, parse_origin("APP_URL", get("APP_URL", "http://localhost:" + std::to_string(port))));
  return Settings{.publishable_key = std::move(publishable_key),
                  .secret_key = secret_key.secret(),
                  .clerk_api_url = std::move(clerk_api_url),
                  .mcp_server_url = std::move(mcp_server_url),
                  .app_url = std::move(app_url),
                  .port = port};
}

std::string Settings::sign_in_url() const {
  const std::string& frontend = publishable_key.fapi_url();
  constexpr std::string_view development = ".clerk.accounts.dev", production = "https://clerk.";
  if (frontend.ends_with(development)) {
    return frontend.substr(0, frontend.size() - development.size()) + ".accounts.dev/sign-in";
  }
  if (frontend.starts_with(production)) return "https://accounts." + frontend.substr(production.size()) + "/sign-in";
  return frontend + "/sign-in";  // the offline Clerk is its own portal
}

}  // namespace acme
