#include "emulators/clerk/browser.hpp"
#include "emulators/clerk/browser_cookies.hpp"
#include "emulators/clerk/tokens.hpp"
#include "postern/http/cookie.hpp"
#include "postern/uri/percent.hpp"

namespace postern::emulator::browser {

namespace {
constexpr std::size_t redirect_url_bytes_max = 4096;
constexpr std::string_view trace = "handshake";
}  // namespace

Browser* find_browser(Call& call) {
  if (Browser* known = find(call.world.browsers, query_value(call.query, "__clerk_db_jwt"))) return known;
  return find_browser_by_cookie(call);
}

Browser* find_browser_by_cookie(Call& call) {
  const auto cookie = http::find_cookie(call.request.headers, browser_cookie);
  return cookie ? find(call.world.browsers, *cookie) : nullptr;
}

Browser& this_browser(Call& call) {
  Browser* known = find_browser(call);
  return known ? *known : call.world.open_browser();
}

void remember_browser(http::Response& response, const Browser& browser) {
  response.headers.add("Set-Cookie",
                       http::serialize({.name = std::string(browser_cookie), .value = browser.id, .secure = false}));
}

std::optional<uri::Url> parse_redirect_url(std::string_view text) {
  if (text.size() > redirect_url_bytes_max) return std::nullopt;
  auto url = uri::Url::parse(text);
  if (!url || !url->is_loopback() || (url->scheme() != "http" && url->scheme() != "https")) return std::nullopt;
  return *std::move(url);
}

std::string with_parameter(std::string_view url, std::string_view name, std::string_view value) {
  const std::size_t fragment_at = url.find('#');
  const std::string_view fragment = fragment_at == std::string_view::npos ? "" : url.substr(fragment_at);
  const std::string_view before = url.substr(0, fragment_at);
  const std::size_t query_at = before.find('?');
  std::string result{before.substr(0, query_at)};
  char separator = '?';
  std::string_view query = query_at == std::string_view::npos ? "" : before.substr(query_at + 1);
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? "" : query.substr(end + 1);
    if (pair.empty() || pair.substr(0, pair.find('=')) == name) continue;
    result += std::exchange(separator, '&');
    result += pair;
  }
  result += separator;
  result += std::string(name) + "=" + uri::percent_encode(value);
  return result.append(fragment);
}

http::Response handshake(Call& call) {
  const std::string target = query_value(call.query, "redirect_url");
  const auto redirect_url = parse_redirect_url(target);
  if (!redirect_url) return to_response(ApiError::invalid("redirect_url", "must be a URL of this machine"), trace);

  const Browser& visitor = this_browser(call);
  auto directives = browser_cookies(call.world, visitor, redirect_url->origin());
  const std::string location =
      query_value(call.query, "format") == "nonce"
          ? with_parameter(target, "__clerk_handshake_nonce", call.world.keep_handshake(std::move(directives)))
          : with_parameter(target, "__clerk_handshake", mint_handshake_token(call.world, directives));
  http::Response response = http::Response::redirect(307, location);
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Referrer-Policy", "no-referrer");
  remember_browser(response, visitor);
  return response;
}

Answer handshake_payload(Call& call) {
  const auto directives = call.world.take_handshake(query_value(call.query, "nonce"));
  if (!directives) {
    return std::unexpected(
        ApiError::not_found("Handshake payload not found", "No handshake payload was found for the given nonce."));
  }
  json::Array cookies;
  for (const std::string& directive : *directives) cookies.push_back(json::Value(directive));
  return json::Object{{"directives", std::move(cookies)}};
}

}  // namespace postern::emulator::browser
