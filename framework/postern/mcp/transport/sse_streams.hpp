// HTTP with SSE, the transport of 2024-11-05 (basic/transports): one stream on which the server says everything, and a
// POST, answered 202, for each message of the client.
//
//   http::Response response = sse.open(id, session.key, "/messages?session_id=" + id, caller);      // GET /sse
//   const bool taken = co_await sse.give(session.key, caller, message);                             // POST /messages
//
// A message is answered as it would be at the MCP endpoint, which is what `handle` does, and what is answered goes out
// on the stream. It runs where the stream is, as its caller; a POST that lands on another loop or instance hands it
// over by the bus (docs/decisions/0007), and waits until it was taken. Only the connection that opened the stream can:
// its grant is compared. When the stream ends, with its connection or its token, whatever runs for it is cancelled.
//
// A slow reader keeps the answers waiting where they are made; more than limits::sse_calls_max messages at a time are
// not taken.
#pragma once

#include <expected>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "postern/base/principal.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/mcp/methods/call_context.hpp"
#include "postern/ports/ports.hpp"

namespace postern::mcp {

class SseStreams {
 public:
  // `request` and `caller` live until the task ends, and the response's stream is gone.
  using Handle =
      std::function<Task<std::expected<http::Response, Denied>>(http::Request& request, const Caller& caller)>;

  // `ports` outlives it, and it outlives its streams.
  SseStreams(const Ports& ports, Handle handle);
  SseStreams(const SseStreams&) = delete;
  SseStreams& operator=(const SseStreams&) = delete;

  // `session_id` is that of the MCP session in which the stream begins, `key` names it, and `address` is where to POST.
  [[nodiscard]] http::Response open(std::string session_id, std::string key, std::string address, const Caller& caller);
  // Whether the stream has taken it.
  [[nodiscard]] Task<bool> give(std::string key, Caller caller, std::string message);

 private:
  class Stream;
  struct Waiting;

  void hear(std::string_view key, std::string_view message) const;
  void hear_taken(std::string_view number) const;

  const Ports& ports_;
  const Handle handle_;
  std::list<Stream*> streams_;
  std::list<Waiting*> waiting_;
  std::unique_ptr<Bus::Subscription> given_;
  std::unique_ptr<Bus::Subscription> taken_;
};

}  // namespace postern::mcp
