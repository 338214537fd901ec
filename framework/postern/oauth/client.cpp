#include "postern/oauth/client.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/oauth/clients.hpp"
#include "postern/oauth/record.hpp"
#include "postern/oauth/register/register.hpp"
#include "postern/uri/redirect.hpp"

namespace postern::oauth {
namespace {

std::unexpected<Error> refuse(std::string message) { return fail(Error::Kind::invalid, std::move(message)); }

std::optional<std::string> parse_sha256(std::string_view hex) {
  std::string bytes;
  for (; hex.size() >= 2; hex.remove_prefix(2)) {
    const char* const digits = hex.data();
    unsigned byte = 0;
    if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return hex.empty() && bytes.size() == 32 ? std::optional{bytes} : std::nullopt;
}

}  // namespace

std::string_view to_string(ClientAuthentication method) {
  switch (method) {
    case ClientAuthentication::none:
      return "none";
    case ClientAuthentication::client_secret_basic:
      return "client_secret_basic";
    case ClientAuthentication::client_secret_post:
      return "client_secret_post";
  }
  return "none";
}

std::optional<ClientAuthentication> parse_client_authentication(std::string_view text) {
  using enum ClientAuthentication;
  for (ClientAuthentication method : {none, client_secret_basic, client_secret_post})
    if (to_string(method) == text) return method;
  return std::nullopt;
}

std::string_view RegisteredClient::display_name() const {
  return metadata_.name.empty() ? std::string_view{"an assistant without a name"} : std::string_view{metadata_.name};
}

bool RegisteredClient::allows_redirect_to(std::string_view redirect_uri) const {
  return std::ranges::any_of(metadata_.redirect_uris, [redirect_uri](const std::string& registered) {
    return uri::redirect_uri_matches(registered, redirect_uri);
  });
}

bool RegisteredClient::has_secret(Crypto& crypto, std::string_view presented) const {
  return !is_public() && constant_time_equal(base64url_encode(crypto.sha256(presented)), secret_hash_);
}

Result<RegisteredClient> RegisteredClient::from_description(const json::Object& description) {
  RegisteredClient client;
  client.id_ = json::find_string(description, "client_id").value_or("");
  if (!Clients::could_be_an_id(client.id_))
    return refuse("each client needs a client_id of letters, digits, - and _, 128 at most.");
  const auto about = [&client](std::string_view what) { return refuse(concat("the client ", client.id_, ": ", what)); };
  if (json::find(description, "client_secret"))
    return about("client_secret has no place here; client_secret_sha256 is its SHA-256 in hex.");

  const json::Value* hash = json::find(description, "client_secret_sha256");
  if (hash) {
    const auto bytes = parse_sha256(json::find_string(description, "client_secret_sha256").value_or(""));
    if (!bytes) return about("client_secret_sha256 must be 64 hex digits.");
    client.secret_hash_ = base64url_encode(*bytes);
  }
  json::Object metadata = description;
  if (!hash) metadata.emplace("token_endpoint_auth_method", "none");
  auto checked = check_client_metadata(metadata);
  if (!checked) return about(checked.error().description);
  client.metadata_ = *std::move(checked);
  if (client.is_public() != (hash == nullptr))
    return about("token_endpoint_auth_method is none exactly if there is no client_secret_sha256.");
  return client;
}

Result<RegisteredClient> RegisteredClient::from_record(std::string id, std::string_view record) {
  RecordReader reader{record};
  RegisteredClient client;
  client.id_ = std::move(id);
  client.metadata_.name = reader.text("name");
  client.metadata_.redirect_uris = reader.texts("redirect_uris");
  client.secret_hash_ = reader.text("secret_hash");
  const auto authentication = parse_client_authentication(reader.text("authentication"));
  client.registered_at_ = reader.time("registered_at");
  TRY(reader.check());
  if (!authentication)
    return fail(Error::Kind::internal, "A stored client authenticates in a way that does not exist.");
  client.metadata_.authentication = *authentication;
  return client;
}

std::string RegisteredClient::to_record() const {
  return json::serialize(json::Object{{"name", metadata_.name},
                                      {"redirect_uris", to_json(metadata_.redirect_uris)},
                                      {"authentication", to_string(metadata_.authentication)},
                                      {"secret_hash", secret_hash_},
                                      {"registered_at", to_json(registered_at_)}});
}

}  // namespace postern::oauth
