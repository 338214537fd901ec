// Whatever bytes come, cut wherever: the same events, and each of them is the same after it is written and read again.
// The first byte of the input says how long the pieces are.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "postern/base/ensure.hpp"
#include "postern/http/sse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postern;
  if (size == 0) return 0;
  const std::size_t piece_size = 1 + data[0] % 16;
  std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};

  http::SseParser whole;
  const auto events = whole.feed(rest);
  ensure(events);  // the limit is beyond what the fuzzer tries
  http::SseParser cut;
  std::vector<http::SseEvent> events_of_pieces;
  while (!rest.empty()) {
    const auto some = cut.feed(rest.substr(0, piece_size));
    ensure(some);
    events_of_pieces.insert(events_of_pieces.end(), some->begin(), some->end());
    rest.remove_prefix(std::min(piece_size, rest.size()));
  }
  ensure(events_of_pieces == *events);
  ensure(cut.last_event_id() == whole.last_event_id());

  for (const http::SseEvent& event : *events) {
    if (event.event.contains('\0')) continue;  // may be read, must not be written
    http::SseParser parser;
    ensure(parser.feed(http::serialize(event)) == std::vector{event});
  }
  return 0;
}
