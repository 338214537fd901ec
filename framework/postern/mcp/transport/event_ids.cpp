#include "postern/mcp/transport/event_ids.hpp"

#include <charconv>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"

namespace postern::mcp {

EventIds::EventIds(const Ports& ports, const RotatedSecret& session_key)
    : ports_(ports), key_(derive_key(ports.crypto, session_key, "mcp-event-id")) {}

// The sealed text is "<record> <line> <stream>".
std::string EventIds::seal(std::string_view session, const EventPosition& position) const {
  const std::string plain = concat(position.record, " ", position.line, " ", position.stream);
  return base64url_encode(postern::seal(ports_.crypto, ports_.random, key_.current, plain, session));
}

std::optional<EventPosition> EventIds::open(std::string_view session, std::string_view id) const {
  if (id.size() > limits::event_id_bytes_max) return std::nullopt;
  const auto sealed = base64url_decode(id);
  if (!sealed) return std::nullopt;
  const auto plain = postern::open(ports_.crypto, key_, *sealed, session);
  if (!plain) return std::nullopt;

  EventPosition position;
  const char* const end = plain->data() + plain->size();
  const auto record = std::from_chars(plain->data(), end, position.record);
  const auto line = std::from_chars(record.ptr + 1, end, position.line);
  position.stream.assign(line.ptr + 1, end);
  return position;
}

}  // namespace postern::mcp
