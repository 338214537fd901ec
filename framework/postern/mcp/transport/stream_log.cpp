#include "postern/mcp/transport/stream_log.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/limits.hpp"

namespace postern::mcp {

namespace {

// Numbers of one width, so that their order is that of the records.
constexpr std::int64_t first_number = 1'000'000;
// What a record begins with: whether a message begins with it, and whether the stream ends with it.
constexpr char with_message = '<', within_message = '-';
constexpr char not_last = '+', last = '.';

std::int64_t to_number(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

StreamLog::StreamLog(const Ports& ports, std::string session_key, std::string stream_id)
    : ports_(ports), session_key_(std::move(session_key)), stream_id_(std::move(stream_id)) {}

std::string StreamLog::head_key() const { return concat("mcp_stream/", session_key_, "/", stream_id_); }
std::string StreamLog::records_key() const { return concat("mcp_event/", session_key_, "/", stream_id_, "/"); }
std::string StreamLog::record_key(std::int64_t number) const { return concat(records_key(), first_number + number); }

// "<runs until, in milliseconds since 1970> <the request's id>".
std::string StreamLog::head(TimePoint now) const {
  return concat((now + limits::stream_lease).time_since_epoch().count(), " ", request_);
}

Task<Result<bool>> StreamLog::open(const rpc::Id& request) {
  request_ = request.text();
  constexpr std::size_t streams_max = limits::streams_logged_per_session_max;
  CO_TRY(const auto others, co_await ports_.store.scan(concat("mcp_stream/", session_key_, "/"), "", streams_max));
  if (others.size() == streams_max) co_return false;
  const TimePoint now = ports_.clock.now();
  co_return co_await ports_.store.create(head_key(), head(now),
                                         now + limits::stream_lease + limits::stream_log_lifetime);
}

Task<Result<void>> StreamLog::renew() {
  const TimePoint now = ports_.clock.now();
  co_return co_await ports_.store.put(head_key(), head(now), now + limits::stream_lease + limits::stream_log_lifetime);
}

Task<Result<std::vector<EventPosition>>> StreamLog::append(const std::vector<std::string>& messages, End end) {
  std::string text;
  for (const std::string& message : messages) {
    text += message;
    text += '\n';
  }
  std::vector<EventPosition> positions;
  constexpr std::size_t piece_bytes = limits::store_value_bytes_max - 2;
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    const std::string_view piece = std::string_view{text}.substr(at, piece_bytes);
    const bool begins = at == 0 || text[at - 1] == '\n';
    std::string record(1, begins ? with_message : within_message);
    record += end == End::yes && at + piece_bytes >= text.size() ? last : not_last;
    record += piece;
    CO_TRY(const bool created, co_await ports_.store.create(record_key(next_record_), std::move(record),
                                                            ports_.clock.now() + limits::stream_log_lifetime));
    if (!created) co_return fail(Error::Kind::conflict, "The stream was ended by somebody else.");
    const std::int64_t lines = std::ranges::count(piece, '\n');
    for (std::int64_t line = 1; line <= lines; ++line) positions.push_back({stream_id_, next_record_, line});
    ++next_record_;
    kept_.push_back(piece.size());
    kept_bytes_ += piece.size();
  }
  while (kept_.size() > limits::stream_log_records_max || kept_bytes_ > limits::stream_log_bytes_max) {
    CO_TRY(co_await ports_.store.remove(record_key(next_record_ - std::ssize(kept_))));
    kept_bytes_ -= kept_.front();
    kept_.pop_front();
  }
  co_return positions;
}

Task<Result<std::optional<StreamLog::Head>>> StreamLog::find() const {
  CO_TRY(const auto entry, co_await ports_.store.get(head_key()));
  if (!entry) co_return std::nullopt;
  const std::size_t space = entry->value.find(' ');
  co_return Head{.runs_until = TimePoint{Duration{to_number(entry->value)}},
                 .request = rpc::Id{entry->value.substr(space + 1)}};
}

Task<Result<StreamLog::Reading>> StreamLog::read(EventPosition after) const {
  const std::string prefix = records_key();
  CO_TRY(const auto records,
         co_await ports_.store.scan(prefix, after.record > 0 ? record_key(after.record - 1) : std::string{},
                                    limits::store_scan_max));
  Reading reading{.next_record = after.line > 0 ? after.record + 1 : after.record};
  std::string message;
  bool has_begun = false;  // what `message` has is all of it so far
  for (const auto& [key, entry] : records) {
    const std::int64_t number = to_number(std::string_view{key}.substr(prefix.size())) - first_number;
    const std::int64_t known = number == after.record ? after.line : 0;
    std::string_view rest = entry.value;
    if (rest.starts_with(with_message)) {
      message.clear();
      has_begun = true;
    }
    reading.ended = rest.substr(1).starts_with(last);
    rest.remove_prefix(2);
    std::int64_t line = 0;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      message += rest.substr(0, end);
      rest.remove_prefix(end + 1);
      if (++line > known && has_begun) reading.lines.push_back({message, {stream_id_, number, line}});
      message.clear();
      has_begun = true;
    }
    message += rest;
    reading.next_record = number + 1;
  }
  co_return reading;
}

Task<Result<bool>> StreamLog::end_lost(std::int64_t next_record, std::string reply) const {
  const TimePoint expires_at = ports_.clock.now() + limits::stream_log_lifetime;
  co_return co_await ports_.store.create(record_key(next_record), concat("<.", reply, "\n"), expires_at);
}

}  // namespace postern::mcp
