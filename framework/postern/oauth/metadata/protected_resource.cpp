#include "postern/json/value.hpp"
#include "postern/oauth/metadata/metadata.hpp"

namespace postern::oauth {

// RFC 9728 sec. 2. `offline_access` is not among the scopes: refresh tokens are no matter of the resource (MCP, refresh
// tokens).
std::string protected_resource_metadata(const Settings& settings, std::string_view resource) {
  json::Object document{
      {"resource", resource},
      {"resource_name", settings.server_name},
      {"authorization_servers", {settings.issues_tokens() ? settings.issuer : settings.authorization_server}},
      {"bearer_methods_supported", {"header"}}};
  json::Array scopes;
  for (const Scope& scope : settings.scopes) scopes.emplace_back(scope.name);
  if (!scopes.empty()) document["scopes_supported"] = scopes;
  return json::serialize(document);
}

}  // namespace postern::oauth
