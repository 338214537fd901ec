// Whatever bytes come: a Url that parses is exactly what was given, holds nothing that could split a header, and its
// parts are in their one spelling.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "postern/base/ensure.hpp"
#include "postern/uri/host.hpp"
#include "postern/uri/redirect.hpp"
#include "postern/uri/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postern;
  const std::string_view text{reinterpret_cast<const char*>(data), size};

  const auto url = uri::Url::parse(text);
  const bool may_be_registered = uri::check_redirect_uri(text).has_value();
  ensure(uri::redirect_uri_matches(text, text));
  if (!url) {
    ensure(!may_be_registered);
    return 0;
  }
  ensure(url->text() == text);
  ensure(std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '\\'; }));
  ensure(url->host().empty() || uri::canonical_host(url->host()) == url->host());
  if (url->is_web()) {
    ensure(!url->host().empty() && url->port() && url->path().starts_with('/'));
    const auto origin = uri::Url::parse(url->origin());
    ensure(origin && origin->origin() == url->origin() && origin->port() == url->port());
  }
  if (may_be_registered) {
    ensure(!url->fragment() && !url->userinfo());
    ensure(url->scheme() != "http" || url->is_loopback());
    // Another port is never anything but another port of this very host.
    ensure(!uri::redirect_uri_matches("http://localhost:1/cb", text) || url->host() == "localhost");
  }
  return 0;
}
