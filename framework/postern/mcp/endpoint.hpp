// The MCP endpoint: JSON-RPC messages over Streamable HTTP, in every revision of the protocol.
//
//   mcp::Endpoint endpoint{app, ports, {.session_key = derive_key(ports.crypto, server_secret, "mcp-session")}};
//   auto answer = co_await endpoint.handle(request, caller);       // caller: null if nobody is signed in
//   if (!answer) return answer.error().reason == mcp::Denied::Reason::sign_in ? challenge() : insufficient_scope(...);
//
// One per event loop. Who is calling was verified before; Host, Origin and CORS are the server's as well. An ordinary
// call does no I/O of ours and takes no lock.
//
// A tool that may become a task is answered with one, if the client knows tasks, when it takes longer than task_after.
//
// A call is answered with one JSON object, unless its function has something to say before it ends or takes longer than
// stream_after: then the answer becomes a stream of events. Dropping the task, or the response's stream, cancels the
// function at once. So does
// `notifications/cancelled` from the same session on whatever loop it arrives. In revisions with sessions somebody who
// is signed in can come back to such a stream, so there a lost connection is no cancellation
// (transport/call_streams.hpp).
//
// `app` and what `ports` and `options` refer to outlive the endpoint, which outlives its responses.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/http/message.hpp"
#include "postern/mcp/app.hpp"
#include "postern/mcp/call_log.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/methods/app_methods.hpp"
#include "postern/mcp/methods/catalog.hpp"
#include "postern/mcp/tasks/tasks.hpp"
#include "postern/mcp/transport/call_streams.hpp"
#include "postern/mcp/transport/event_ids.hpp"
#include "postern/mcp/transport/in_flight.hpp"
#include "postern/mcp/transport/notification_streams.hpp"
#include "postern/mcp/transport/sessions.hpp"
#include "postern/mcp/transport/sse_streams.hpp"
#include "postern/mcp/upstream.hpp"
#include "postern/ports/ports.hpp"
#include "postern/ports/rotated_secret.hpp"

namespace postern::mcp {

// What brings the requests. Over stdio they have no headers, so nothing is repeated there (2026-07-28,
// basic/transports/stdio, request metadata). Only over Streamable HTTP can a stream be resumed.
enum class Transport { http, sse, stdio };

struct EndpointOptions {
  RotatedSecret session_key;     // 32 bytes
  Upstreams upstreams{};         // what call.api() and call.clerk() reach
  CallLog* call_log = nullptr;   // who is told of calls
  bool rights_are_told = false;  // somebody publishes `rights_changed` (ports/bus.hpp): then lists are said to change
  CallStreams::UntilRevoked until_revoked{};
  Duration stream_after = std::chrono::seconds{3};
  Duration task_after = std::chrono::milliseconds{500};
};

class Endpoint {
 public:
  using Answer = Result<http::Response, Denied>;  // Denied: methods/call_context.hpp

  Endpoint(const App& app, const Ports& ports, EndpointOptions options);
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  // Any method. `request` and `caller` live until the task ends.
  [[nodiscard]] Task<Answer> handle(http::Request& request, const Caller& caller,
                                    Transport transport = Transport::http);

  // HTTP with SSE (2024-11-05, basic/transports): the stream, and a message for the one whose address it came to. What
  // `address` ends with has room for the stream's id: "/messages?session_id=".
  [[nodiscard]] Task<Answer> open_sse(const http::Request& request, const Caller& caller, std::string address);
  [[nodiscard]] Task<Answer> post_sse(const http::Request& request, const Caller& caller);

 private:
  // What the client takes as an answer.
  struct Accepted {
    bool json = false;
    bool events = false;
  };
  [[nodiscard]] static Accepted read_accept(const http::HeaderMap& headers);
  // A request on its way, with what was found out about it. All of it lives until handle() ends.
  struct Exchange {
    const http::Request& request;
    const Caller& caller;
    Transport transport;
    Accepted accepted;
    Revision revision = latest_revision;
    ClientCapabilities client{};
    std::optional<Severity> log_from{};
    bool can_ask = false;
    const Session* session = nullptr;  // null in a modern request
  };

  Task<Answer> post(const http::Request& request, const Caller& caller, Transport transport);
  Task<Answer> post_modern(rpc::Message message, Exchange exchange);
  Task<Answer> answer(rpc::Request message, Exchange exchange);
  Task<Answer> listen(rpc::Request message, Exchange exchange);
  Task<Answer> run(AppMethod method, rpc::Request message, Exchange exchange);
  [[nodiscard]] CallStart start(AppMethod method, rpc::Request& message, const Exchange& exchange,
                                Strand* strand) const;
  // What stands between the caller and what the message would run: for who asks before it is run.
  [[nodiscard]] std::optional<Denied> find_denial(const rpc::Request& message, const Caller& caller,
                                                  std::string_view request_id) const;
  void log_refusal(const rpc::Request& message, const Caller& caller, std::string_view request_id,
                   CallOutcome outcome) const;
  [[nodiscard]] CallContext context_of(rpc::Id id, const Exchange& exchange, Strand* strand) const;
  [[nodiscard]] Task<void> run_to_end(PendingRequest& request) const;

  // Tasks: endpoint_tasks.cpp.
  [[nodiscard]] Task<std::optional<Answer>> try_task(std::unique_ptr<PendingRequest>& request,
                                                     const Exchange& exchange);
  [[nodiscard]] Task<Answer> answer_about_task(rpc::Request message, Exchange exchange);
  [[nodiscard]] Task<Answer> tell_task(rpc::Request message, Exchange exchange);
  [[nodiscard]] Task<Answer> update_task(rpc::Request message, Exchange exchange);
  [[nodiscard]] Task<Answer> cancel_task(rpc::Request message, Exchange exchange);
  [[nodiscard]] Task<Answer> list_tasks(rpc::Request message, Exchange exchange);
  [[nodiscard]] Task<Answer> await_task(rpc::Request message, Exchange exchange);
  [[nodiscard]] http::Response acknowledge(const rpc::Id& id, Revision revision) const;
  [[nodiscard]] Task<void> take_task_answer(const rpc::Response& response, const Caller& caller);

  // Revisions with sessions: endpoint_legacy.cpp.
  Task<Answer> post_legacy(rpc::Message message, Exchange exchange);
  Task<Answer> post_batch(json::Array messages, Exchange exchange);
  Task<Result<std::string, Denied>> answer_in_batch(rpc::Message message, Exchange exchange);
  Task<Answer> open_stream(const http::Request& request, const Caller& caller, Transport transport);
  Task<Answer> end_session(const http::Request& request, const Caller& caller);
  [[nodiscard]] http::Response initialize(const rpc::Request& message, const Caller& caller);
  [[nodiscard]] Task<std::expected<Session, http::Response>> find_session(const http::Request& request,
                                                                          const Caller& caller);
  void join(Exchange& exchange, const Session& session) const;
  [[nodiscard]] Task<void> take(const rpc::Message& message, const Exchange& exchange);
  [[nodiscard]] Task<std::optional<MethodOutcome>> adjust(const rpc::Request& message, const Exchange& exchange);
  [[nodiscard]] Task<MethodOutcome> set_log_level(const json::Object& params, const Session& session);
  [[nodiscard]] Task<MethodOutcome> set_watched(bool watched, const json::Object& params, const Exchange& exchange);

  const App& app_;
  const Ports ports_;
  const EndpointOptions options_;
  const RotatedSecret state_key_;
  const bool open_to_anyone_;
  const std::vector<std::string_view> changing_lists_;  // App::guarded_lists()
  const bool has_news_;                                 // for a stream that belongs to no call
  const Catalog catalog_;
  Sessions sessions_;
  const EventIds event_ids_;
  InFlight in_flight_;
  Tasks tasks_;
  NotificationStreams streams_;
  CallStreams calls_;
  SseStreams sse_;  // last: what its streams run uses all the others
};

}  // namespace postern::mcp
