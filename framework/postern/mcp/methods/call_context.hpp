// What a request that runs the app's functions is made with, besides its parameters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/principal.hpp"
#include "postern/base/strand.hpp"
#include "postern/http/headers.hpp"
#include "postern/mcp/app.hpp"
#include "postern/mcp/call_log.hpp"
#include "postern/mcp/client.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/revision.hpp"
#include "postern/mcp/upstream.hpp"
#include "postern/ports/ports.hpp"
#include "postern/ports/rotated_secret.hpp"

namespace postern::mcp {

// A request that its caller may not make. How to say so is the authorization server's matter (RFC 6750 sec. 3).
struct Denied {
  enum class Reason { sign_in, scopes };
  Reason reason = Reason::sign_in;
  std::vector<std::string> scopes;  // all that are needed; none if signing in is enough
};

// How the call of a tool may be answered before it is done: with a task (tasks/tasks.hpp).
struct TaskOffer {
  enum class When { never, if_long, at_once };
  When when = When::never;
  std::optional<Duration> ttl{};
};

// `app`, `ports`, what `upstreams` has, `call_log`, `state_key` and `result_end` outlive the request.
struct CallContext {
  const App& app;
  const Ports& ports;
  Upstreams upstreams;
  CallLog* call_log;               // may be null
  const RotatedSecret& state_key;  // methods/input_state.hpp
  Revision revision;
  std::string_view result_end;  // methods/method.hpp
  rpc::Id id;
  const http::HeaderMap* headers;  // in which parameters are repeated, while the call is started; may be null
  Caller caller;
  ClientCapabilities client;
  std::optional<Severity> log_from;  // the least that the client wants to hear; null: nothing
  bool can_ask = false;              // revisions with sessions: there is a stream for requests, and a way back
  std::string request_id;            // for the log
  Strand* strand = nullptr;          // of the request that makes the call: the function runs there
};

// Whose something is that only they may come back to: the account, who acts for it, and through which client.
[[nodiscard]] std::string identity_of(const Principal& caller);

// Whether it is there at all for this caller (null: nobody is signed in). What is not, is unknown to every method.
[[nodiscard]] bool is_visible(const Declaration& declaration, const Principal* caller);

// What stands between the caller and something visible.
[[nodiscard]] std::optional<Denied> check_access(const Declaration& declaration, const Principal* caller);

}  // namespace postern::mcp
