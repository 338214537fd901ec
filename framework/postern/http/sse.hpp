// Server-sent events: the text/event-stream format (WHATWG HTML sec. 9.2).
//
//   stream.push(serialize(SseEvent{.event = "message", .data = json, .id = "17"}));
//
//   SseParser parser;
//   TRY(auto events, parser.feed(bytes));     // as the bytes come, cut anywhere
//
// Bytes pass through as they are: that data is UTF-8 is for its reader to check.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/limits.hpp"
#include "postern/base/result.hpp"
#include "postern/base/time.hpp"

namespace postern::http {

struct SseEvent {
  std::string event;  // empty means "message"
  std::string data;
  std::string id;  // empty: none
  std::optional<Duration> retry;

  bool operator==(const SseEvent&) const = default;
};

// One event with the blank line that ends it. Each line of the data (CRLF, LF or CR ends one) gets a field of its own,
// so the reader sees LF between them. `event` and `id` are the program's own words: a CR, LF or NUL in them is a bug
// and traps (threat 37).
[[nodiscard]] std::string serialize(const SseEvent& event);

// A comment that no reader sees, to keep an idle connection open.
inline constexpr std::string_view sse_keep_alive = ": keep-alive\n\n";

class SseParser {
 public:
  explicit SseParser(std::size_t event_bytes_max = limits::fetch_response_bytes_max)
      : event_bytes_max_(event_bytes_max) {}

  // The events that these bytes complete. A line or an event over the limit is an error, and the parser is of no more
  // use. What comes after the last blank line when the stream ends is no event, as the specification has it.
  [[nodiscard]] Result<std::vector<SseEvent>> feed(std::string_view bytes);

  // What to send as Last-Event-ID on the next connection. It outlives the event that set it, and so stands in the `id`
  // of each later one.
  [[nodiscard]] const std::string& last_event_id() const { return last_event_id_; }
  // How long to wait before that, if the server said so.
  [[nodiscard]] std::optional<Duration> retry() const { return retry_; }

 private:
  void take_line(std::vector<SseEvent>& events);
  void take_field(std::string_view name, std::string_view value);

  std::size_t event_bytes_max_;
  std::string line_;
  SseEvent event_;  // `data` here ends each line with LF
  std::string last_event_id_;
  std::optional<Duration> retry_;
  bool first_line_ = true;
  bool after_carriage_return_ = false;
};

}  // namespace postern::http
