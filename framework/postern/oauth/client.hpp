// An OAuth client whose metadata was checked: to hold one is the proof.
//
//   CO_TRY(auto client, co_await clients.find(client_id));     // or of ClientDocuments, or parse_known_clients
//   if (client && client->allows_redirect_to(redirect_uri)) ...
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/time.hpp"
#include "postern/json/value.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::oauth {

// How it authenticates at /token. Public clients (`none`) have PKCE alone. A secret is taken by header or in the body,
// whichever of the two was registered: it is the same secret, and clients mix the two up.
enum class ClientAuthentication { none, client_secret_basic, client_secret_post };

[[nodiscard]] std::string_view to_string(ClientAuthentication method);
[[nodiscard]] std::optional<ClientAuthentication> parse_client_authentication(std::string_view text);

// What a client says about itself, and we keep, once register/ has checked it.
struct ClientMetadata {
  std::string name;  // untrusted text; may be empty
  std::vector<std::string> redirect_uris;
  ClientAuthentication authentication = ClientAuthentication::none;
};

class RegisteredClient {
 public:
  [[nodiscard]] const std::string& id() const { return id_; }
  // What it calls itself, or words to that effect. Untrusted: escape it.
  [[nodiscard]] std::string_view display_name() const;
  [[nodiscard]] const ClientMetadata& metadata() const { return metadata_; }
  [[nodiscard]] bool is_public() const { return metadata_.authentication == ClientAuthentication::none; }
  [[nodiscard]] TimePoint registered_at() const { return registered_at_; }

  // Exact, but for the port of a loopback address (RFC 8252 sec. 7.3).
  [[nodiscard]] bool allows_redirect_to(std::string_view redirect_uri) const;
  // In constant time. False for a public client, which has no secret.
  [[nodiscard]] bool has_secret(Crypto& crypto, std::string_view presented) const;

  // As the operator describes it (register/known_clients.hpp). The error's message says what is wrong.
  [[nodiscard]] static Result<RegisteredClient> from_description(const json::Object& description);

 private:
  friend class Clients;
  friend class ClientDocuments;
  RegisteredClient() = default;
  [[nodiscard]] static Result<RegisteredClient> from_record(std::string id, std::string_view record);
  [[nodiscard]] std::string to_record() const;

  std::string id_;
  ClientMetadata metadata_;
  std::string secret_hash_;  // SHA-256; empty for a public client
  TimePoint registered_at_;
};

}  // namespace postern::oauth
