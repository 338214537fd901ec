#include "postern/http/sse.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/ensure.hpp"

namespace postern::http {
namespace {

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

std::string serialize(const SseEvent& event) {
  ensure(is_one_line(event.event));
  ensure(is_one_line(event.id));
  std::string text;
  if (!event.id.empty()) text += concat("id: ", event.id, "\n");
  if (!event.event.empty()) text += concat("event: ", event.event, "\n");
  if (event.retry) text += concat("retry: ", event.retry->count(), "\n");
  std::string_view data = event.data;
  while (true) {
    const std::string_view line = data.substr(0, data.find_first_of("\r\n"));
    text += concat("data: ", line, "\n");
    if (line.size() == data.size()) break;
    data.remove_prefix(line.size() + (data.substr(line.size()).starts_with("\r\n") ? 2 : 1));
  }
  text += '\n';
  return text;
}

Result<std::vector<SseEvent>> SseParser::feed(std::string_view bytes) {
  std::vector<SseEvent> events;
  while (!bytes.empty()) {
    if (std::exchange(after_carriage_return_, false) && bytes.starts_with('\n')) {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t length = std::min(bytes.find_first_of("\r\n"), bytes.size());
    if (line_.size() + event_.data.size() + length > event_bytes_max_) {
      return fail(Error::Kind::limited, "A server-sent event is too large.");
    }
    line_ += bytes.substr(0, length);
    bytes.remove_prefix(length);
    if (bytes.empty()) break;
    after_carriage_return_ = bytes.starts_with('\r');
    bytes.remove_prefix(1);
    take_line(events);
    line_.clear();
  }
  return events;
}

void SseParser::take_line(std::vector<SseEvent>& events) {
  std::string_view line = line_;
  if (std::exchange(first_line_, false) && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  if (!line.empty()) {
    const std::string_view name = line.substr(0, line.find(':'));
    std::string_view value = line.substr(std::min(name.size() + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(name, value);
    return;
  }
  SseEvent event = std::exchange(event_, {});
  if (event.data.empty()) return;  // not even one data field: nothing to dispatch
  event.data.pop_back();
  event.id = last_event_id_;
  events.push_back(std::move(event));
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    event_.data += value;
    event_.data += '\n';
  } else if (name == "event") {
    event_.event = value;
  } else if (name == "id") {
    if (!value.contains('\0')) last_event_id_ = value;
  } else if (name == "retry") {
    std::uint32_t milliseconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (error != std::errc{} || end != value.data() + value.size()) return;
    event_.retry = retry_ = Duration{milliseconds};
  }
}

}  // namespace postern::http
