// An absolute URL, parsed once and strictly (RFC 3986).
//
//   TRY(auto url, Url::parse("https://Example.com:8443/a?b=c"));
//   url.host();      // "example.com"
//   url.origin();    // "https://example.com:8443"
//   url.text();      // as it was given
//
// Nothing is repaired or normalised on the way, because two parsers that repair differently are how allow-lists are got
// around. What a browser (WHATWG) would rewrite is refused: spaces, control characters, backslashes, bytes above ASCII,
// dot segments, odd spellings of an IP address, no host for http(s). Any scheme parses: who takes a URL from a stranger
// asks is_web() or check_redirect_uri (redirect.hpp), and whether there is a userinfo(). Views live as long as the Url.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/result.hpp"

namespace postern::uri {

inline constexpr std::size_t url_bytes_max = 8 * 1024;

class Url {
 public:
  [[nodiscard]] static Result<Url> parse(std::string_view text);

  [[nodiscard]] std::string_view scheme() const { return scheme_; }  // lower case
  [[nodiscard]] bool is_web() const { return scheme_ == "http" || scheme_ == "https"; }
  // Canonical (host.hpp), an IPv6 address in brackets. Empty only for other schemes than http(s).
  [[nodiscard]] std::string_view host() const { return host_; }
  // As given, or the default of http(s).
  [[nodiscard]] std::optional<std::uint16_t> port() const;
  // Not decoded. "/" for http(s) where the text has none.
  [[nodiscard]] std::string_view path() const;
  // Not decoded, without '?', '#' or '@'. Nullopt if the mark is not there, which differs from empty.
  [[nodiscard]] std::optional<std::string_view> query() const { return query_; }
  [[nodiscard]] std::optional<std::string_view> fragment() const { return fragment_; }
  [[nodiscard]] std::optional<std::string_view> userinfo() const { return userinfo_; }

  // "https://host" or "http://host:port", the port only if it is not the default; "null" for other schemes (RFC 6454
  // sec. 6.2).
  [[nodiscard]] std::string origin() const;
  // Whether the host is 127.0.0.1, [::1] or localhost: these three and nothing that resembles them.
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Url() = default;
  Result<void> take_authority(std::string_view authority);

  std::string text_;
  std::string scheme_;
  std::string host_;
  std::string path_;
  std::optional<std::uint16_t> port_;
  std::optional<std::string> query_;
  std::optional<std::string> fragment_;
  std::optional<std::string> userinfo_;
};

}  // namespace postern::uri
