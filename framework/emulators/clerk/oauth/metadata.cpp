#include "emulators/clerk/oauth/oauth_server.hpp"

namespace postern::emulator::oauth {

namespace {

// What both documents have.
json::Object common(const World& world) {
  const std::string issuer = world.settings().issuer();
  return {{"issuer", issuer},
          {"authorization_endpoint", issuer + "/oauth/authorize"},
          {"token_endpoint", issuer + "/oauth/token"},
          {"revocation_endpoint", issuer + "/oauth/token/revoke"},
          {"jwks_uri", issuer + "/.well-known/jwks.json"},
          {"scopes_supported", own_scopes()},
          {"response_types_supported", json::Array{"code"}},
          {"grant_types_supported", json::Array{"authorization_code", "refresh_token"}},
          {"subject_types_supported", json::Array{"public"}},
          {"id_token_signing_alg_values_supported", json::Array{"RS256"}},
          {"token_endpoint_auth_methods_supported", json::Array{"client_secret_basic", "none", "client_secret_post"}},
          {"claims_supported", json::Array{"sub", "iss", "aud", "exp", "iat", "email", "email_verified", "name",
                                           "given_name", "family_name", "preferred_username"}},
          {"code_challenge_methods_supported", json::Array{"S256"}},
          {"authorization_response_iss_parameter_supported", true}};
}

}  // namespace

Answer authorization_server_metadata(Call& call) {
  const World& world = call.world;
  json::Object document = common(world);
  document["ui_locales_supported"] = json::Array{"en"};
  document["service_documentation"] = "https://clerk.com/docs";
  if (world.oauth_settings.dynamic_registration)
    document["registration_endpoint"] = world.settings().issuer() + "/oauth/register";
  if (world.oauth_settings.client_documents) document["client_id_metadata_document_supported"] = true;
  return document;
}

Answer openid_configuration(Call& call) {
  json::Object document = common(call.world);
  const std::string issuer = call.world.settings().issuer();
  document["introspection_endpoint"] = issuer + "/oauth/token_info";
  document["userinfo_endpoint"] = issuer + "/oauth/userinfo";
  document["response_modes_supported"] = json::Array{"query", "form_post"};
  document["backchannel_logout_supported"] = false;
  document["frontchannel_logout_supported"] = false;
  return document;
}

}  // namespace postern::emulator::oauth
