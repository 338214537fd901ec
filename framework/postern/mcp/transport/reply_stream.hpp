// A request's answer as server-sent events: its notifications and our own requests, then its reply, then the end
// (2026-07-28, basic/transports/streamable-http, receiving messages).
//
//   return reply_stream(std::move(request), ports.clock);
//
// Comments go out at once and whenever nothing else did for a while, so that no proxy takes the connection for dead.
// When the host destroys the stream the request is cancelled.
#pragma once

#include <memory>

#include "postern/http/message.hpp"
#include "postern/mcp/methods/pending_request.hpp"
#include "postern/mcp/transport/in_flight.hpp"
#include "postern/ports/clock.hpp"

namespace postern::mcp {

// Any stream of events, with the headers that make proxies let it through.
[[nodiscard]] http::Response event_stream(std::unique_ptr<http::BodyStream> stream);

[[nodiscard]] http::Response reply_stream(std::unique_ptr<PendingRequest> request, InFlight::Registration registration,
                                          Clock& clock);

}  // namespace postern::mcp
