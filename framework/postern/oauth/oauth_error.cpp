#include "postern/oauth/oauth_error.hpp"

#include <utility>

#include "postern/json/value.hpp"

namespace postern::oauth {

http::Response unstored_json(int status, std::string body) {
  http::Response response = http::Response::json(status, std::move(body));
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Pragma", "no-cache");
  return response;
}

http::Response to_response(const OAuthError& error) {
  const json::Object body{{"error", error.code}, {"error_description", error.description}};
  http::Response response = unstored_json(error.status, json::serialize(body));
  if (error.status == 401) response.headers.set("WWW-Authenticate", R"(Basic realm="oauth", charset="UTF-8")");
  if (error.status == 429 || error.status == 503)
    response.headers.set("Retry-After", std::to_string(error.retry_after.count()));
  return response;
}

}  // namespace postern::oauth
