#include "postern/oauth/metadata/metadata.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view protected_resource = "/.well-known/oauth-protected-resource";
constexpr std::string_view authorization_server = "/.well-known/oauth-authorization-server";
constexpr std::string_view openid_configuration = "/.well-known/openid-configuration";
constexpr std::string_view sse_path = "/sse", messages_path = "/messages";

Task<http::Response> answer(std::string document) {
  http::Response response = http::Response::json(200, std::move(document));
  response.headers.set("Cache-Control", "public, max-age=300");
  co_return response;
}

void add_document(http::Router& router, const std::string& path, const std::string& document) {
  router.add(http::Method::get, path,
             [document](http::Request&, const http::PathParameters&) { return answer(document); });
}

}  // namespace

std::string_view resource_path(const Settings& settings) {
  return std::string_view{settings.resource}.substr(settings.issuer.size());
}

std::string sse_resource(const Settings& settings) { return settings.issuer + std::string{sse_path}; }

std::string resource_metadata_url(const Settings& settings, std::string_view path) {
  const bool is_sse = path == sse_path || path == messages_path;
  return settings.issuer + std::string{protected_resource} + std::string{is_sse ? sse_path : resource_path(settings)};
}

void add_metadata_routes(http::Router& router, const Settings& settings) {
  const std::string path{resource_path(settings)};
  const std::string resource = protected_resource_metadata(settings, settings.resource);
  add_document(router, std::string{protected_resource}, resource);
  if (!path.empty()) add_document(router, std::string{protected_resource} + path, resource);
  add_document(router, std::string{protected_resource} + std::string{sse_path},
               protected_resource_metadata(settings, sse_resource(settings)));
  if (!settings.issues_tokens()) return;

  const std::string server = authorization_server_metadata(settings);
  add_document(router, std::string{authorization_server}, server);
  add_document(router, std::string{openid_configuration}, server);
  if (path.empty()) return;
  // Clients of 2025-03-26, and some later ones, take the MCP endpoint for the issuer.
  add_document(router, std::string{authorization_server} + path, server);
  add_document(router, std::string{openid_configuration} + path, server);
  add_document(router, path + std::string{openid_configuration}, server);  // OpenID Connect Discovery sec. 4
}

}  // namespace postern::oauth
