#include "postern/oauth/register/register.hpp"

#include <utility>

#include "postern/base/limits.hpp"
#include "postern/http/media_type.hpp"
#include "postern/json/value.hpp"
#include "postern/oauth/record.hpp"

namespace postern::oauth {
namespace {

Result<void, OAuthError> check_body(const http::Request& request) {
  if (!http::has_content_type(request.headers, "application/json"))
    return std::unexpected(OAuthError{"invalid_client_metadata", "The body must be application/json.", 415});
  if (request.body.size() > limits::oauth_body_bytes_max)
    return std::unexpected(OAuthError{"invalid_client_metadata", "The registration is longer than 16 KB.", 413});
  return {};
}

// RFC 7591 sec. 3.2.1. A secret does not expire on a date of its own: it goes with the registration.
json::Object describe(const Clients::Registration& registration) {
  const ClientMetadata& metadata = registration.client.metadata();
  json::Object body{{"client_id", registration.client.id()},
                    {"client_id_issued_at", to_unix_seconds(registration.client.registered_at())},
                    {"redirect_uris", to_json(metadata.redirect_uris)},
                    {"grant_types", {"authorization_code", "refresh_token"}},
                    {"response_types", {"code"}},
                    {"token_endpoint_auth_method", to_string(metadata.authentication)}};
  if (!metadata.name.empty()) body["client_name"] = metadata.name;
  return body;
}

Task<Result<http::Response, OAuthError>> answer(Context& context, const http::Request& request) {
  CO_TRY(check_body(request));
  CO_TRY(auto metadata, check_client_metadata(request.body));
  CO_TRY(const auto registration, co_await context.clients.add(std::move(metadata)));
  json::Object body = describe(registration);
  if (!registration.secret.empty()) {
    body["client_secret"] = registration.secret.reveal();
    body["client_secret_expires_at"] = 0;
  }
  context.ports.log.write(LogLevel::info, "client.registered",
                          {{"request", request.id}, {"client", context.hash(registration.client.id())}});
  co_return unstored_json(201, json::serialize(body));
}

}  // namespace

Task<http::Response> register_client(Context& context, const http::Request& request) {
  auto response = co_await answer(context, request);
  co_return response ? *std::move(response) : to_response(response.error());
}

}  // namespace postern::oauth
