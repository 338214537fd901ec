// The ids of the events on a session's streams, which a client gives back as Last-Event-ID (2025-11-25,
// basic/transports, resumability and redelivery).
//
//   std::string id = ids.seal(session.key, {.stream = stream_id, .record = 3, .line = 1});
//   auto position = ids.open(session.key, *last_event_id);     // nullopt: not an id of this session
//
// Sealed with our key, and with the session authenticated: nobody can make one, read one, or use one of another session
// (security.md threat 28).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/time.hpp"
#include "postern/mcp/revision.hpp"
#include "postern/ports/ports.hpp"
#include "postern/ports/rotated_secret.hpp"

namespace postern::mcp {

// How far a reader has come: on the stream of a call, so many lines of that record (transport/stream_log.hpp). On the
// stream of the session itself, which has no name, `record` is the moment, in milliseconds since 1970.
struct EventPosition {
  std::string stream{};
  std::int64_t record = 0;
  std::int64_t line = 0;

  [[nodiscard]] static EventPosition at(TimePoint moment) { return {.record = moment.time_since_epoch().count()}; }
  [[nodiscard]] TimePoint moment() const { return TimePoint{Duration{record}}; }
};

// Whether a stream may begin with an event that has an id and no data. Older clients take it for broken JSON.
[[nodiscard]] constexpr bool takes_empty_events(Revision revision) { return revision == Revision::v2025_11_25; }

class EventIds {
 public:
  // `session_key` is the key that sessions are sealed with; `ports` outlives this.
  EventIds(const Ports& ports, const RotatedSecret& session_key);

  [[nodiscard]] std::string seal(std::string_view session, const EventPosition& position) const;
  [[nodiscard]] std::optional<EventPosition> open(std::string_view session, std::string_view id) const;

 private:
  const Ports& ports_;
  const RotatedSecret key_;
};

}  // namespace postern::mcp
