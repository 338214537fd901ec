// Sessions of the revisions up to 2025-11-25, without a record for each: the id is the session, sealed with our key.
//
//   std::string id = sessions.open(Revision::v2025_06_18, caller, capabilities);
//   CO_TRY(auto session, co_await sessions.find(id, caller));       // nullopt: no such session, for this account
//   CO_TRY(co_await sessions.end(*std::move(session)));
//
// An id is good on every instance, until it expires or is ended. It is bound to its account: anybody else sees
// nothing (security.md threat 27). It is no proof of who calls: the access token is.
//
// What its client says of a session (that it has ended, what it wants to hear of) is one record in the Store, which has
// the truth, and is told on the bus. An instance reads the Store when it meets an id for the first time, and again when
// it last did so limits::mcp_session_known_for ago, for not every instance hears the bus; so an ordinary request does
// no I/O. What it has met is forgotten when it grows too large, but for what a stream goes by.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "postern/base/principal.hpp"
#include "postern/base/recently_opened.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/mcp/client.hpp"
#include "postern/mcp/revision.hpp"
#include "postern/ports/ports.hpp"
#include "postern/ports/rotated_secret.hpp"

namespace postern::mcp {

struct Session {
  Revision revision;
  std::string account;        // empty: nobody was signed in
  ClientCapabilities client;  // as it said at the start
  TimePoint expires_at;
  std::string key;  // names it in the Store, on the bus and in memory; not to be turned back into the id
};

class Sessions {
 public:
  Sessions(const Ports& ports, RotatedSecret key);
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  // A new id: visible ASCII (2025-11-25, basic/transports, session management).
  [[nodiscard]] std::string open(Revision revision, const Caller& caller, const ClientCapabilities& client);

  // Nullopt if the id is not ours, not this account's, expired or ended. `unavailable` if that cannot be known now.
  [[nodiscard]] Task<Result<std::optional<Session>>> find(std::string id, Caller caller);

  [[nodiscard]] Task<Result<void>> end(Session session);

  // What the client wants to hear of logs (2025-11-25, server/utilities/logging).
  [[nodiscard]] Severity log_from(const Session& session) const;
  [[nodiscard]] Task<Result<void>> set_log_from(Session session, Severity severity);

  // The resources that a client wants to hear of (2025-11-25, server/resources, subscriptions). `invalid` for one more
  // than limits::watched_resources_max.
  [[nodiscard]] bool watches(std::string_view session_key, std::string_view uri) const;
  [[nodiscard]] std::set<std::string, std::less<>> watched(std::string_view session_key) const;
  [[nodiscard]] Task<Result<void>> watch(Session session, std::string uri);
  [[nodiscard]] Task<Result<void>> unwatch(Session session, std::string uri);

  // For as long as there is one, what is known of the session stays known: for who goes by watches().
  using Hold = std::shared_ptr<const void>;
  [[nodiscard]] Hold hold(std::string_view session_key) { return place_of(session_key); }

  // For who has just begun to hear the bus.
  [[nodiscard]] Task<Result<void>> read_again(std::string session_key);

  [[nodiscard]] static std::unique_ptr<Bus::Subscription> on_ended(Bus& bus,
                                                                   std::function<void(std::string_view key)> listener);

 private:
  struct State {
    std::uint64_t change = 0;  // counts up
    bool ended = false;
    Severity log_from = Severity::info;
    std::set<std::string, std::less<>> watched;
  };
  struct Known {
    State state;
    TimePoint read_at;
  };

  [[nodiscard]] static std::string encode(const State& state);
  [[nodiscard]] static State decode(std::string_view record);
  // Nullopt if the id is not ours, whoever comes with it.
  [[nodiscard]] std::optional<Session> unseal(std::string_view id) const;
  [[nodiscard]] Task<Result<void>> change(Session session, std::function<Result<void>(State&)> apply);
  void learn(std::string_view key, std::string_view record);
  const std::shared_ptr<Known>& place_of(std::string_view key);
  Known& known(std::string_view key) { return *place_of(key); }

  const Ports ports_;
  const RotatedSecret key_;
  RecentlyOpened<Session> recent_;
  std::unordered_map<std::string, std::shared_ptr<Known>> met_;
  std::size_t met_max_;
  std::unique_ptr<Bus::Subscription> changes_;
};

}  // namespace postern::mcp
