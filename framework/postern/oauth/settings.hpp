// What the operator decides about the authorization server. Checked when the server starts; fixed from then on.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "postern/oauth/client.hpp"
#include "postern/ports/rotated_secret.hpp"

namespace postern::oauth {

// Something that an assistant may be allowed to do. The description completes "It will be able to: ..." on the consent
// page.
struct Scope {
  std::string name;
  std::string description;
  std::vector<std::string> includes{};  // every scope that whoever has this one has as well
};

enum class DynamicRegistration { on, off };      // RFC 7591
enum class ClientMetadataDocuments { on, off };  // client_document/client_documents.hpp

struct Settings {
  std::string issuer;                // an origin without trailing slash: "https://mcp.example.com"
  std::string resource;              // the MCP endpoint as users paste it: issuer + "/mcp"
  std::string authorization_server;  // whose access tokens are taken here: an issuer; empty: our own
  std::string server_name;           // for people: "Acme Orders"
  RotatedSecret server_secret;       // 32 bytes or more; all keys are derived from it
  std::vector<Scope> scopes;
  std::vector<std::string> permissions;         // that something of the server needs: tokens carry no others
  std::vector<RegisteredClient> known_clients;  // register/known_clients.hpp
  DynamicRegistration dynamic_registration = DynamicRegistration::on;
  ClientMetadataDocuments client_metadata_documents = ClientMetadataDocuments::on;

  [[nodiscard]] bool knows_scope(std::string_view name) const {
    return std::ranges::contains(scopes, name, &Scope::name);
  }
  [[nodiscard]] std::vector<std::string> scope_names() const {
    std::vector<std::string> names;
    names.reserve(scopes.size());
    for (const Scope& scope : scopes) names.push_back(scope.name);
    return names;
  }
  [[nodiscard]] bool issues_tokens() const { return authorization_server.empty(); }
  // http is for loopback only; cookies there cannot be Secure (clerk.md 6.2 row 3).
  [[nodiscard]] bool over_https() const { return issuer.starts_with("https://"); }
};

}  // namespace postern::oauth
