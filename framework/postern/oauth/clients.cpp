#include "postern/oauth/clients.hpp"

#include <algorithm>
#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/oauth/record.hpp"

namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

std::string key_of(const std::string& client_id) { return "client/" + client_id; }

}  // namespace

bool Clients::could_be_an_id(std::string_view id) {
  return !id.empty() && id.size() <= limits::client_id_bytes_max && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string Clients::id_of(const ClientMetadata& metadata) const {
  std::vector<std::string> redirect_uris = metadata.redirect_uris;
  std::ranges::sort(redirect_uris);
  const std::string canonical =
      json::serialize(json::Object{{"name", metadata.name}, {"redirect_uris", to_json(redirect_uris)}});
  return "public_" + base64url_encode(ports_.crypto.hmac_sha256(id_key_.reveal(), canonical));
}

Task<Result<Clients::Registration>> Clients::add(ClientMetadata metadata) {
  RegisteredClient client;
  client.metadata_ = std::move(metadata);
  client.registered_at_ = ports_.clock.now();
  if (client.is_public()) return add_public(std::move(client));
  return add_confidential(std::move(client));
}

Task<Result<Clients::Registration>> Clients::add_public(RegisteredClient client) {
  client.id_ = id_of(client.metadata_);
  const TimePoint expires_at = ports_.clock.now() + limits::unused_client_lifetime;
  CO_TRY(const bool created, co_await ports_.store.create(key_of(client.id_), client.to_record(), expires_at));
  if (!created) {
    // The same assistant again. An hour's grain keeps a flood of equal registrations from being a flood of writes.
    CO_TRY(const bool known, co_await extend(key_of(client.id_), expires_at, 1h));
    if (!known) {
      CO_TRY(co_await ports_.store.put(key_of(client.id_), client.to_record(), expires_at));
    }
  }
  co_return Registration{.client = std::move(client), .secret = {}};
}

Task<Result<Clients::Registration>> Clients::add_confidential(RegisteredClient client) {
  client.id_ = "confidential_" + random_id(ports_.random);
  Secret secret{random_token(ports_.random)};
  client.secret_hash_ = base64url_encode(ports_.crypto.sha256(secret.reveal()));
  CO_TRY(const bool created, co_await ports_.store.create(key_of(client.id_), client.to_record(),
                                                          ports_.clock.now() + limits::unused_client_lifetime));
  if (!created) co_return fail(Error::Kind::unavailable, "The client id is taken.");
  co_return Registration{.client = std::move(client), .secret = std::move(secret)};
}

Task<Result<std::optional<RegisteredClient>>> Clients::find(std::string client_id) {
  if (!could_be_an_id(client_id)) co_return std::nullopt;
  const auto known = std::ranges::find(known_, client_id, &RegisteredClient::id);
  if (known != known_.end()) co_return *known;
  const std::string key = key_of(client_id);
  auto record = co_await ports_.cache.get(key);
  if (!record) {
    CO_TRY(auto entry, co_await ports_.store.get(key));
    if (!entry) co_return std::nullopt;
    record = std::move(entry->value);
    co_await ports_.cache.put(key, *record, limits::client_cached_for);
  }
  CO_TRY(auto client, RegisteredClient::from_record(std::move(client_id), *record));
  co_return client;
}

Task<Result<void>> Clients::mark_used(std::string client_id) {
  if (!could_be_an_id(client_id)) co_return Result<void>{};  // it has a document, and no record
  CO_TRY(co_await extend(key_of(client_id), ports_.clock.now() + limits::used_client_lifetime, 24h));
  co_return Result<void>{};
}

Task<Result<bool>> Clients::extend(std::string key, TimePoint expires_at, Duration worth_writing) {
  for (int attempt = 0; attempt < limits::store_attempts_max; ++attempt) {
    CO_TRY(auto entry, co_await ports_.store.get(key));
    if (!entry) co_return false;
    if (entry->expires_at + worth_writing > expires_at) co_return true;
    CO_TRY(const bool won, co_await ports_.store.replace(key, entry->version, entry->value, expires_at));
    if (won) co_return true;
  }
  co_return fail(Error::Kind::unavailable, "Too many others change this client.");
}

}  // namespace postern::oauth
