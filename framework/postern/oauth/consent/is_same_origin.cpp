#include "postern/oauth/consent/consent.hpp"

namespace postern::oauth {

bool is_same_origin(const Settings& settings, const http::Request& request) {
  const auto& headers = request.headers;
  if (headers.count("Origin") > 1 || headers.count("Sec-Fetch-Site") > 1) return false;
  const std::string* origin = headers.find("Origin");
  const std::string* site = headers.find("Sec-Fetch-Site");
  if (origin && *origin != "null" && *origin != settings.issuer) return false;
  if (site) return *site == "same-origin";
  return origin && *origin == settings.issuer;
}

}  // namespace postern::oauth
