#include "postern/oauth/register/known_clients.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/json/value.hpp"
#include "postern/oauth/clients.hpp"
#include "postern/oauth/register/register.hpp"

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

Result<std::vector<RegisteredClient>> parse_known_clients(std::string_view text) {
  const auto list = json::parse(text);
  if (!list || !list->is_array()) return refuse("it must be a JSON array of clients.");
  std::vector<RegisteredClient> clients;
  for (const json::Value& description : list->get_array()) {
    if (!description.is_object()) return refuse("each client must be a JSON object.");
    TRY(auto client, RegisteredClient::from_description(description.get_object()));
    if (std::ranges::contains(clients, client.id(), &RegisteredClient::id))
      return refuse(concat("the client ", client.id(), " is there twice."));
    clients.push_back(std::move(client));
  }
  return clients;
}

}  // namespace postern::oauth
