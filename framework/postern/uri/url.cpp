#include "postern/uri/url.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/uri/characters.hpp"
#include "postern/uri/host.hpp"
#include "postern/uri/percent.hpp"

namespace postern::uri {
namespace {

std::unexpected<Error> refuse(std::string_view reason) {
  return fail(Error::Kind::invalid, concat("The URL ", reason, "."));
}

// Path characters, those in `also`, and percent-codes that are whole.
bool consists_of_path_characters(std::string_view text, std::string_view also) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3 || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2])) return false;
      i += 2;
    } else if (!is_path_character(text[i]) && !also.contains(text[i])) {
      return false;
    }
  }
  return true;
}

bool is_scheme(std::string_view text) {  // sec. 3.1
  return !text.empty() && is_alpha(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_alpha(c) || is_digit(c) || std::string_view{"+-."}.contains(c);
  });
}

// Whether a segment is "." or "..", also where its dots are encoded (WHATWG URL sec. 4.1 treats these alike).
bool has_dot_segment(std::string_view path) {
  while (true) {
    const std::string_view segment = path.substr(0, path.find('/'));
    const auto decoded = percent_decode(segment);
    if (decoded == "." || decoded == "..") return true;
    if (segment.size() == path.size()) return false;
    path.remove_prefix(segment.size() + 1);
  }
}

// Cuts `mark` and all that follows off the end, and gives what followed.
std::optional<std::string> cut_from(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  std::string rest{text.substr(at + 1)};
  text = text.substr(0, at);
  return rest;
}

std::optional<std::uint16_t> default_port(std::string_view scheme) {
  if (scheme == "https") return 443;
  if (scheme == "http") return 80;
  return std::nullopt;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > url_bytes_max) return refuse("is too long");
  Url url;
  url.text_ = text;

  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon)))
    return refuse("does not begin with a scheme");
  url.scheme_ = text.substr(0, colon);
  std::ranges::transform(url.scheme_, url.scheme_.begin(), to_lower);
  text.remove_prefix(colon + 1);

  url.fragment_ = cut_from(text, '#');
  url.query_ = cut_from(text, '?');
  if (!consists_of_path_characters(url.fragment_.value_or(""), "/?") ||
      !consists_of_path_characters(url.query_.value_or(""), "/?")) {
    return refuse("holds a character in its query or fragment that must be percent-encoded");
  }

  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const std::string_view authority = text.substr(0, text.find('/'));
    TRY(url.take_authority(authority));
    text.remove_prefix(authority.size());
  } else if (url.is_web()) {
    return refuse("has no host");
  }

  if (!consists_of_path_characters(text, "/"))
    return refuse("holds a character in its path that must be percent-encoded");
  if (has_dot_segment(text)) return refuse("has a dot segment in its path");
  url.path_ = text;
  return url;
}

Result<void> Url::take_authority(std::string_view authority) {
  if (const std::size_t at = authority.find('@'); at != std::string_view::npos) {
    userinfo_ = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    if (userinfo_->contains('@') || !consists_of_path_characters(*userinfo_, "")) {
      return refuse("holds a character before its host that must be percent-encoded");
    }
  }
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const std::string_view digits = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
    if (!digits.empty()) {  // "host:" has the default port (sec. 3.2.3)
      std::uint16_t port = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
      if (error != std::errc{} || end != digits.data() + digits.size()) return refuse("has a port that is no port");
      port_ = port;
    }
  }
  if (authority.empty() && !is_web() && !userinfo_ && !port_) return {};
  auto host = canonical_host(authority);
  if (!host) return refuse(authority.empty() ? "has no host" : "has a host that is no name and no address");
  host_ = *std::move(host);
  return {};
}

std::optional<std::uint16_t> Url::port() const { return port_ ? port_ : default_port(scheme_); }

std::string_view Url::path() const { return path_.empty() && is_web() ? std::string_view{"/"} : path_; }

std::string Url::origin() const {
  if (!is_web()) return "null";
  if (port() == default_port(scheme_)) return concat(scheme_, "://", host_);
  return concat(scheme_, "://", host_, ":", *port());
}

bool Url::is_loopback() const { return host_ == "127.0.0.1" || host_ == "[::1]" || host_ == "localhost"; }

}  // namespace postern::uri
