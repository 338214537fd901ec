#include "postern/clerk/app_url.hpp"

#include "postern/uri/url.hpp"

namespace postern::clerk {

Result<AppUrl> AppUrl::parse(std::string_view text) {
  TRY(const auto url, uri::Url::parse(text));
  if (!url.is_web()) return fail(Error::Kind::invalid, "The app's address must start with https://.");
  if (url.scheme() == "http" && !url.is_loopback())
    return fail(Error::Kind::invalid, "The app's address must be https: users' tokens are sent there.");
  if (url.path() != "/" || url.query() || url.fragment() || url.userinfo())
    return fail(Error::Kind::invalid, "The app's address must be an origin, such as https://app.example.com.");
  return AppUrl{url.origin()};
}

Result<std::string> AppUrl::resolve(std::string_view path) const {
  if (!path.starts_with('/') || path.starts_with("//"))
    return fail(Error::Kind::invalid, "A path in the app starts with one slash.");
  TRY(const auto url, uri::Url::parse(origin_ + std::string{path}));
  if (url.origin() != origin_ || url.fragment() || url.userinfo())
    return fail(Error::Kind::invalid, "That is no path in the app.");
  return url.text();
}

}  // namespace postern::clerk
