// What a call has said on its stream, kept in the Store for a client whose connection breaks (2025-11-25,
// basic/transports, resumability and redelivery).
//
//   StreamLog log{ports, session.key, random_id(ports.random)};
//   CO_TRY(const bool opened, co_await log.open(request.id));               // false: the session has too many
//   CO_TRY(auto positions, co_await log.append(messages, StreamLog::End::no));   // durable when it returns
//   CO_TRY(auto reading, co_await log.read(position));                      // on any instance: what came after that
//
// A line for each message, cut into records as they come. One call writes; the stream's own record says until when it
// can be counted on to go on. If that is past the call is lost, with the server that ran it, and whoever reads next
// ends the log in its place. A record is never written over, so the two cannot both have the last word.
//
// The oldest records go when there are too many, or too many bytes, and each after limits::stream_log_lifetime: a
// client that comes back late loses notifications, never the end.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/transport/event_ids.hpp"
#include "postern/ports/ports.hpp"

namespace postern::mcp {

class StreamLog {
 public:
  enum class End { no, yes };
  struct Head {
    TimePoint runs_until;
    rpc::Id request;
  };
  struct Line {
    std::string message;  // empty: a call that was cancelled has no reply
    EventPosition position;
  };
  struct Reading {
    std::vector<Line> lines;
    bool ended = false;            // nothing comes after these
    std::int64_t next_record = 0;  // that is not there yet
  };

  // `ports` outlives it.
  StreamLog(const Ports& ports, std::string session_key, std::string stream_id);

  [[nodiscard]] const std::string& stream_id() const { return stream_id_; }

  // For the call. With End::yes the last message is the stream's last. Gives the position after each.
  // Error::Kind::conflict: somebody else has ended the log.
  [[nodiscard]] Task<Result<bool>> open(const rpc::Id& request);
  [[nodiscard]] Task<Result<void>> renew();
  [[nodiscard]] Task<Result<std::vector<EventPosition>>> append(const std::vector<std::string>& messages, End end);

  // For readers. Nullopt: there is no such stream in the session, or it was forgotten.
  [[nodiscard]] Task<Result<std::optional<Head>>> find() const;
  [[nodiscard]] Task<Result<Reading>> read(EventPosition after) const;
  // Ends it for a call that is lost, unless it has a record of that number by now.
  [[nodiscard]] Task<Result<bool>> end_lost(std::int64_t next_record, std::string reply) const;

 private:
  [[nodiscard]] std::string head_key() const;
  [[nodiscard]] std::string head(TimePoint now) const;
  [[nodiscard]] std::string records_key() const;
  [[nodiscard]] std::string record_key(std::int64_t number) const;

  const Ports& ports_;
  const std::string session_key_;
  const std::string stream_id_;
  std::string request_;  // its id, as JSON
  std::int64_t next_record_ = 0;
  std::deque<std::size_t> kept_;  // the sizes of the records that are still there
  std::size_t kept_bytes_ = 0;
};

}  // namespace postern::mcp
