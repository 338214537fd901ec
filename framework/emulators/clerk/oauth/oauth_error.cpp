#include "emulators/clerk/oauth/oauth_server.hpp"

namespace postern::emulator::oauth {

http::Response json_response(int status, const json::Object& body) {
  http::Response response = http::Response::json(status, json::serialize(body));
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Pragma", "no-cache");
  return response;
}

http::Response to_response(const OAuthError& error) {
  http::Response response =
      json_response(error.status, {{"error", error.code}, {"error_description", error.description}});
  if (error.status == 401) response.headers.set("WWW-Authenticate", "Basic realm=\"clerk\"");
  return response;
}

}  // namespace postern::emulator::oauth
