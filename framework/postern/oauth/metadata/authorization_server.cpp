#include "postern/json/value.hpp"
#include "postern/oauth/metadata/metadata.hpp"

namespace postern::oauth {

// RFC 8414 sec. 2, RFC 9207 sec. 3, RFC 9728 sec. 4. It says only what is so: a method or grant that is not here is not
// accepted either.
std::string authorization_server_metadata(const Settings& settings) {
  json::Object document{{"issuer", settings.issuer},
                        {"authorization_endpoint", settings.issuer + "/authorize"},
                        {"token_endpoint", settings.issuer + "/token"},
                        {"revocation_endpoint", settings.issuer + "/revoke"},
                        {"response_types_supported", {"code"}},
                        {"response_modes_supported", {"query"}},
                        {"grant_types_supported", {"authorization_code", "refresh_token"}},
                        {"code_challenge_methods_supported", {"S256"}},
                        {"authorization_response_iss_parameter_supported", true},
                        {"protected_resources", {settings.resource}}};
  const json::Array authentication{"none", "client_secret_basic", "client_secret_post"};
  document["token_endpoint_auth_methods_supported"] = authentication;
  document["revocation_endpoint_auth_methods_supported"] = authentication;
  // draft-ietf-oauth-client-id-metadata-document sec. 5
  if (settings.client_metadata_documents == ClientMetadataDocuments::on)
    document["client_id_metadata_document_supported"] = true;
  if (settings.dynamic_registration == DynamicRegistration::on)
    document["registration_endpoint"] = settings.issuer + "/register";
  // Some assistants ask for a refresh token only where they see this one, so it is listed, accepted, and without
  // effect: every grant has a refresh token.
  json::Array scopes;
  for (const Scope& scope : settings.scopes) scopes.emplace_back(scope.name);
  scopes.emplace_back("offline_access");
  document["scopes_supported"] = scopes;
  return json::serialize(document);
}

}  // namespace postern::oauth
