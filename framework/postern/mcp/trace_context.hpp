// Which trace a request belongs to, as its client says in _meta (2026-07-28, basic/index, OpenTelemetry trace context).
// It goes on with every request to the user's own app, so that one trace shows both.
#pragma once

#include <string>

#include "postern/json/value.hpp"

namespace postern::mcp {

// The values of W3C's headers of the same names.
struct TraceContext {
  std::string traceparent;  // empty: there is none, and no tracestate
  std::string tracestate;
};

// What does not follow the W3C's grammar is left out: it would become a header.
[[nodiscard]] TraceContext read_trace_context(const json::Object& meta);

}  // namespace postern::mcp
