// Streams that belong to no call, on which a client hears that a resource it watches has changed, what has become of
// its tasks, and that a list shows it something else, since its user's rights have changed: `subscriptions/listen`
// (2026-07-28, basic/patterns/subscriptions; extension io.modelcontextprotocol/ tasks, task status notifications), and
// the GET stream of a session (2025-11-25, basic/transports, and basic/utilities/tasks).
//
//   auto response = co_await streams.listen(request, caller);         // 2026-07-28
//   auto response = co_await streams.open(session, caller, Events::with_ids, since);      // before
//
// A stream hears of its own user's updates only (security.md threat 28), and ends with its token. The same news twice
// is told once to a reader that is slow, so what waits for it is bounded by what it watches. They live on the loop that
// opened them and hear what any loop publishes, and what any instance does once their first bytes are out.
//
// Of a task is told what it is when it can be sent. A subscription begins with that, so that nothing is missed between
// the call and it; a session's stream tells of the tasks that were asked for in the session, from when it is open.
#pragma once

#include <expected>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/http/message.hpp"
#include "postern/mcp/app.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/tasks/tasks.hpp"
#include "postern/mcp/transport/event_ids.hpp"
#include "postern/mcp/transport/sessions.hpp"
#include "postern/ports/ports.hpp"

namespace postern::mcp {

class NotificationStreams {
 public:
  // All of them outlive it, and it outlives its streams.
  NotificationStreams(const App& app, const Ports& ports, Sessions& sessions, Tasks& tasks, const EventIds& ids,
                      const std::vector<std::string_view>& changing_lists);
  NotificationStreams(const NotificationStreams&) = delete;
  NotificationStreams& operator=(const NotificationStreams&) = delete;

  // `subscriptions/listen`. What cannot be watched, by this caller, is left out of the acknowledgment.
  [[nodiscard]] Task<std::expected<http::Response, rpc::Error>> listen(rpc::Request request, Caller caller);

  // The session's stream. It takes the place of the one that the session had, on whatever loop. Who
  // comes back with the id of an event hears of what has changed `since` then.
  enum class Events { without_ids, with_ids };
  [[nodiscard]] Task<http::Response> open(Session session, const Caller& caller, Events events,
                                          std::optional<EventPosition> since);

 private:
  struct Terms;
  class Stream;

  void tell(std::string_view account, std::string_view uri, TimePoint moment) const;
  void tell_task(std::string_view key, std::string_view id) const;
  void tell_lists(std::string_view account) const;
  void close(std::string_view session_key) const;

  const App& app_;
  const Ports& ports_;
  Sessions& sessions_;
  Tasks& tasks_;
  const EventIds& ids_;
  const std::vector<std::string_view>& changing_lists_;
  std::list<Stream*> streams_;
  std::unique_ptr<Bus::Subscription> updates_;
  std::unique_ptr<Bus::Subscription> task_changes_;
  std::unique_ptr<Bus::Subscription> rights_;
  std::unique_ptr<Bus::Subscription> opened_;
  std::unique_ptr<Bus::Subscription> ended_;
};

}  // namespace postern::mcp
