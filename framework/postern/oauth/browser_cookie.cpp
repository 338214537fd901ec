#include "postern/oauth/browser_cookie.hpp"

#include <chrono>

#include "postern/base/encoding.hpp"
#include "postern/http/cookie.hpp"
#include "postern/oauth/credentials.hpp"
#include "postern/oauth/record.hpp"
#include "postern/ports/random.hpp"

namespace postern::oauth {
namespace {

// Browsers honour __Host- only with Secure, and Secure over plain http not everywhere: on loopback, and only there, the
// name is bare.
std::string full_name(const BrowserCookie& cookie, const Settings& settings) {
  return std::string{settings.over_https() ? "__Host-" : ""}.append("postern_").append(cookie.name);
}

std::optional<std::string> find(const BrowserCookie& cookie, const Context& context, const http::Request& request) {
  auto value = find_cookie(cookie, context.settings, request);
  if (!value || !is_base64url_of(32, *value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> find_cookie(const BrowserCookie& cookie, const Settings& settings,
                                       const http::Request& request) {
  return http::find_cookie(request.headers, full_name(cookie, settings));
}

Secret browser_secret(const BrowserCookie& cookie, const Context& context, const http::Request& request) {
  if (auto known = find(cookie, context, request)) return Secret{*std::move(known)};
  return Secret{random_token(context.ports.random)};
}

std::string set_cookie(const BrowserCookie& cookie, const Settings& settings, const Secret& secret) {
  return http::serialize({.name = full_name(cookie, settings),
                          .value = std::string{secret.reveal()},
                          .max_age = std::chrono::duration_cast<std::chrono::seconds>(cookie.lifetime),
                          .secure = settings.over_https(),
                          .http_only = true,
                          .same_site = http::SameSite::lax});
}

std::string set_sealed_cookie(const BrowserCookie& cookie, const Context& context, json::Object content) {
  const Ports& ports = context.ports;
  content["expires_at"] = to_json(ports.clock.now() + cookie.lifetime);
  const std::string sealed =
      seal(ports.crypto, ports.random, context.keys.cookies.current, json::serialize(content), cookie.name);
  return set_cookie(cookie, context.settings, Secret{base64url_encode(sealed)});
}

std::optional<std::string> find_sealed_cookie(const BrowserCookie& cookie, const Context& context,
                                              const http::Request& request) {
  const Ports& ports = context.ports;
  const auto text = find_cookie(cookie, context.settings, request);
  const auto sealed = text ? base64url_decode(*text) : std::nullopt;
  auto content = sealed ? open(ports.crypto, context.keys.cookies, *sealed, cookie.name) : std::nullopt;
  if (!content || ports.clock.now() >= RecordReader{*content}.time("expires_at")) return std::nullopt;
  return content;
}

std::string browser_hash(Crypto& crypto, const Secret& secret) {
  return base64url_encode(crypto.sha256(secret.reveal()));
}

bool has_cookie(const BrowserCookie& cookie, const Context& context, const http::Request& request) {
  return find(cookie, context, request).has_value();
}

bool is_same_browser(const BrowserCookie& cookie, const Context& context, const http::Request& request,
                     std::string_view expected_hash) {
  const auto value = find(cookie, context, request);
  return value && constant_time_equal(browser_hash(context.ports.crypto, Secret{*value}), expected_hash);
}

}  // namespace postern::oauth
