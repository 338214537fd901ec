// The streams of calls in revisions with sessions, which their clients can come back to (2025-11-25, basic/transports,
// resumability and redelivery; docs/decisions/0010-a-call-outlives-its-connection.md).
//
//   return calls.start(std::move(request), std::move(registration), session, caller, strand);
//   return co_await calls.resume(session, caller, position);                       // GET with Last-Event-ID
//
// Each event is written down (stream_log.hpp) before it is sent. A connection that breaks after an id went out cancels
// nothing: the call goes on for as long as somebody reads, and limits::stream_unread_max without. Who comes back, on
// whatever instance, reads from the log, and takes the place of any reader before. The call ends with its session, with
// its token, and when its connection is revoked.
//
// If the Store cannot take an event, or the session has too many streams, events have no ids, and the call ends with
// its connection. Comments go out whenever nothing else did for a while.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "postern/base/principal.hpp"
#include "postern/base/strand.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/mcp/methods/pending_request.hpp"
#include "postern/mcp/transport/event_ids.hpp"
#include "postern/mcp/transport/in_flight.hpp"
#include "postern/mcp/transport/sessions.hpp"
#include "postern/ports/ports.hpp"

namespace postern::mcp {

class CallStreams {
 public:
  // Ends when what the caller came with is good no more, also before it was called. Null: nothing is ever revoked.
  using UntilRevoked = std::function<Task<void>(Caller caller)>;

  // `ports` and `ids` outlive it, and it outlives its streams.
  CallStreams(const Ports& ports, const EventIds& ids, UntilRevoked until_revoked);
  CallStreams(const CallStreams&) = delete;
  CallStreams& operator=(const CallStreams&) = delete;

  // `strand` is that of the request that makes the call; its response then has an `after`.
  [[nodiscard]] http::Response start(std::unique_ptr<PendingRequest> request, InFlight::Registration registration,
                                     const Session& session, const Caller& caller, Strand* strand);
  // 400 if there is nothing of the stream any more.
  [[nodiscard]] Task<http::Response> resume(Session session, Caller caller, EventPosition position);

 private:
  class Call;
  class FirstReader;
  class Reader;

  // What is said on the bus of a session's stream.
  enum class Word : char { resumed = 'o', being_read = 'r', written = 'w' };
  [[nodiscard]] Task<void> say(std::string session_key, Word word, std::string_view stream,
                               std::string_view reader) const;
  void hear(std::string_view session_key, std::string_view message) const;
  void end(std::string_view session_key) const;

  const Ports& ports_;
  const EventIds& ids_;
  const UntilRevoked until_revoked_;
  std::list<Call*> calls_;
  std::list<Reader*> readers_;
  std::unique_ptr<Bus::Subscription> said_;
  std::unique_ptr<Bus::Subscription> ended_;
  std::list<Job> background_;  // last: it uses all the others
};

}  // namespace postern::mcp
