#include "postern/oauth/authorization_response.hpp"

#include "postern/uri/form.hpp"

namespace postern::oauth {
namespace {

http::Response send(const Settings& settings, http::Method answering, const ClientCallback& client,
                    uri::Form parameters) {
  if (!client.state.empty()) parameters.add("state", client.state);
  parameters.add("iss", settings.issuer);
  const char joint = client.redirect_uri.contains('?') ? '&' : '?';
  return send_browser_to(answering, client.redirect_uri + joint + parameters.serialize());
}

}  // namespace

http::Response send_code(const Settings& settings, http::Method answering, const ClientCallback& client,
                         std::string_view code) {
  return send(settings, answering, client, {{"code", code}});
}

http::Response send_error(const Settings& settings, http::Method answering, const ClientCallback& client,
                          const OAuthError& error) {
  return send(settings, answering, client, {{"error", error.code}, {"error_description", error.description}});
}

http::Response send_browser_to(http::Method answering, std::string_view location) {
  http::Response response = http::Response::redirect(answering == http::Method::post ? 303 : 302, location);
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace postern::oauth
