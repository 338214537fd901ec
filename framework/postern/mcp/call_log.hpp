// What is told of every call that somebody signed in makes of a tool, a prompt or a resource: what an audit log rests
// on. Null where nobody wants to know.
//
//   call.change = log.identify(name, arguments);       // of what may change something: before it runs
//   if (auto begun = co_await log.begin(call); !begun) ...                               // it must not run
//   ...
//   log.end(call, CallOutcome::ok);                                            // of every call, exactly once
//
// A call that only reads is told of once, when it has ended, and waits for nothing. One that may change something is
// told of before it runs, and waits until that is written down: so there is no change that was not logged, whatever
// happens afterwards, and none has been made when the log refuses.
//
// The implementation (audit::AuditLog) outlives the endpoint. Arguments pass through here and are not kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/json/value.hpp"

namespace postern::mcp {

enum class CallOutcome : std::uint8_t {
  ok,
  tool_error,  // a result that says that the tool failed
  error,       // a JSON-RPC error
  denied,      // a scope is missing, or it is not for somebody who acts as the user
  asked,       // it ended with questions to the client, which calls again with the answers
  cancelled,   // by the client, or because nobody waits for it any more
  timed_out,
  not_run,  // it could not be logged
};

// What tells one change from another.
struct CallChange {
  std::string id;         // ties its beginning and its end together
  std::string arguments;  // a digest: of equal arguments the same, and nothing can be told from it
};

struct LoggedCall {
  const Caller& caller;     // not null
  std::string_view method;  // "tools/call": text that lives for good
  std::string_view name;    // of the tool or the prompt; a resource's URI. What the client wrote, if it names nothing
  TimePoint began_at;
  std::string_view request_id;  // as the log of requests has it
  const CallChange* change;     // null: it only reads
};

class CallLog {
 public:
  virtual ~CallLog() = default;
  [[nodiscard]] virtual CallChange identify(std::string_view name, const json::Value& arguments) = 0;
  // `call` lives until this returns, its caller until the task ends. An error: it is not known to be written.
  virtual Task<Result<void>> begin(const LoggedCall& call) = 0;
  // `call` lives until this returns.
  virtual void end(const LoggedCall& call, CallOutcome outcome) = 0;
};

}  // namespace postern::mcp
