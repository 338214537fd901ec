// Sessions of the revisions up to 2025-11-25, without a record for each: the id is the session, sealed with our key.
//
//   std::string id = sessions.open(Revision::v2025_06_18, "user_1", capabilities);
//   CO_TRY(auto session, co_await sessions.find(id, "user_1"));       // nullopt: no such session, for this user
//   CO_TRY(co_await sessions.end(id, *session));
//
// An id is good on every instance, until it expires or is ended. It is bound to its user: anybody else sees nothing
// (security.md threat 27). It is no proof of who calls: the access token is.
//
// Ending one writes a record to the Store, which has the truth, and says so on the bus. An instance reads the Store
// when it meets an id for the first time, and afterwards goes by the bus alone; so an ordinary request does no I/O.
// What it has met is forgotten when it grows too large, and then read again.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "postern/base/recently_opened.hpp"
#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/base/task.hpp"
#include "postern/mcp/client.hpp"
#include "postern/mcp/revision.hpp"
#include "postern/ports/ports.hpp"

namespace postern::mcp {

struct Session {
  Revision revision;
  std::string user_id;        // empty: nobody was signed in
  ClientCapabilities client;  // as it said at the start
  TimePoint expires_at;
  std::string key;  // names it in the Store, on the bus and in memory; not to be turned back into the id
};

class Sessions {
 public:
  Sessions(const Ports& ports, Secret key);
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  // A new id: visible ASCII (2025-11-25, basic/transports, session management).
  [[nodiscard]] std::string open(Revision revision, std::string_view user_id, const ClientCapabilities& client);

  // Nullopt if the id is not ours, not this user's, expired or ended. `unavailable` if that cannot be known now.
  [[nodiscard]] Task<Result<std::optional<Session>>> find(std::string id, std::string user_id);

  [[nodiscard]] Task<Result<void>> end(Session session);

  // What the client wants to hear of logs (2025-11-25, server/utilities/logging). Kept in memory, on every event loop.
  [[nodiscard]] Severity log_from(const Session& session) const;
  [[nodiscard]] Task<void> set_log_from(const Session& session, Severity severity);

  // The resources that a client wants to hear of (2025-11-25, server/resources, subscriptions). In memory, too.
  [[nodiscard]] bool watches(std::string_view session_key, std::string_view uri) const;
  [[nodiscard]] Task<void> watch(const Session& session, std::string uri);
  [[nodiscard]] Task<void> unwatch(const Session& session, std::string uri);

  [[nodiscard]] static std::unique_ptr<Bus::Subscription> on_ended(Bus& bus,
                                                                   std::function<void(std::string_view key)> listener);

 private:
  struct Known {
    bool ended = false;
    Severity log_from = Severity::info;
    std::set<std::string, std::less<>> watched;
  };

  // Nullopt if the id is not ours, whoever comes with it.
  [[nodiscard]] std::optional<Session> unseal(std::string_view id) const;
  Known& known(std::string_view key);

  const Ports ports_;
  const Secret key_;
  RecentlyOpened<Session> recent_;
  std::unordered_map<std::string, Known> met_;
  std::unique_ptr<Bus::Subscription> ended_;
  std::unique_ptr<Bus::Subscription> log_levels_;
  std::unique_ptr<Bus::Subscription> watched_;
  std::unique_ptr<Bus::Subscription> unwatched_;
};

}  // namespace postern::mcp
