// A call's answer as server-sent events: its notifications, then its reply, then the end (2026-07-28,
// basic/transports/streamable-http, receiving messages).
//
//   return reply_stream(std::move(call), ports.clock);
//
// Comments go out at once and whenever nothing else did for a while, so that no proxy takes the connection for dead.
// When the host destroys the stream the call is cancelled.
#pragma once

#include <memory>

#include "postern/http/message.hpp"
#include "postern/mcp/methods/tools_call.hpp"
#include "postern/mcp/transport/cancellations.hpp"
#include "postern/ports/clock.hpp"

namespace postern::mcp {

[[nodiscard]] http::Response reply_stream(std::unique_ptr<ToolCall> call, Cancellations::Registration registration,
                                          Clock& clock);

}  // namespace postern::mcp
