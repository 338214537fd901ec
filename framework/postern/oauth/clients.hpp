// The registered clients, in the Store under client/<client id>.
//
// A public client's id is an HMAC of its metadata, so however often the same registration comes it is one record; a
// confidential one gets a random id and a secret, told once and kept as a hash. A registration that nobody uses is gone
// after a day, one that is used lives 90 days from its last use (threat 31).
//
// A record changes in nothing but its expiry, so it is read through the Cache: one that has just run out may still be
// found for limits::client_cached_for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/base/task.hpp"
#include "postern/oauth/client.hpp"
#include "postern/ports/ports.hpp"

namespace postern::oauth {

class Clients {
 public:
  struct Registration {
    RegisteredClient client;
    Secret secret;  // empty for a public client
  };

  // The operator's own clients are found like the registered ones, and need no record. All must outlive it.
  Clients(const Ports& ports, const Secret& id_key, const std::vector<RegisteredClient>& known)
      : ports_(ports), id_key_(id_key), known_(known) {}

  // Whatever else comes in a request never becomes part of a key.
  [[nodiscard]] static bool could_be_an_id(std::string_view id);

  Task<Result<Registration>> add(ClientMetadata metadata);
  Task<Result<std::optional<RegisteredClient>>> find(std::string client_id);
  // A token is about to be issued to it: what it brought was judged good, and is not used up yet, so that the client
  // can simply come again if this fails. Writes at most once a day.
  Task<Result<void>> mark_used(std::string client_id);

 private:
  [[nodiscard]] std::string id_of(const ClientMetadata& metadata) const;
  Task<Result<Registration>> add_public(RegisteredClient client);
  Task<Result<Registration>> add_confidential(RegisteredClient client);
  // Sees to it that the record lives until `expires_at` at least.
  Task<Result<bool>> extend(std::string key, TimePoint expires_at, Duration worth_writing);

  Ports ports_;
  const Secret& id_key_;
  const std::vector<RegisteredClient>& known_;
};

}  // namespace postern::oauth
