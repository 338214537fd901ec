#include "postern/uri/redirect.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "postern/uri/url.hpp"

namespace postern::uri {
namespace {

constexpr std::array<std::string_view, 3> editor_schemes{"cursor", "vscode", "vscode-insiders"};

std::unexpected<Error> refuse(std::string message) { return fail(Error::Kind::invalid, std::move(message)); }

bool is_private_use(std::string_view scheme) {
  const bool is_domain = scheme.contains('.') && !scheme.contains("..") && !scheme.ends_with('.');
  return is_domain || std::ranges::contains(editor_schemes, scheme);
}

// The text around the port of a loopback http URI that may be registered; nullopt for any other URI.
std::optional<std::string> without_port(std::string_view uri) {
  if (!check_redirect_uri(uri)) return std::nullopt;
  const auto url = Url::parse(uri);
  if (!url || url->scheme() != "http") return std::nullopt;
  std::string text{uri};
  const std::size_t host = text.find("//") + 2;
  const std::size_t end = std::min(text.find_first_of("/?", host), text.size());
  const std::size_t colon = text.find(':', text[host] == '[' ? text.find(']') : host);
  if (colon < end) text.erase(colon, end - colon);
  return text;
}

}  // namespace

Result<void> check_redirect_uri(std::string_view uri) {
  if (uri.size() > redirect_uri_bytes_max) return refuse("The redirect URI is too long.");
  TRY(const Url url, Url::parse(uri));
  if (url.fragment()) return refuse("A redirect URI must not have a fragment.");
  if (url.userinfo()) return refuse("A redirect URI must not have a user name or password.");
  if (url.scheme() == "https" || is_private_use(url.scheme())) return {};
  if (url.scheme() != "http") {
    return refuse(
        "A redirect URI must be https, http on loopback, or of a private-use scheme such as com.example.app.");
  }
  if (!url.is_loopback()) {
    return refuse("A redirect URI may be http only on 127.0.0.1, [::1] or localhost; use https.");
  }
  return {};
}

bool redirect_uri_matches(std::string_view registered, std::string_view requested) {
  if (registered == requested) return true;
  const auto registered_rest = without_port(registered);
  return registered_rest && registered_rest == without_port(requested);
}

}  // namespace postern::uri
