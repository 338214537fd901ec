// One line of the audit log: a call that only read, or the beginning or the end of one that may have changed something.
//
//   {"at":"2026-11-28T09:30:00.125Z","organization":"org_1","client":"public_x","connection":"g","method":"tools/call",
//    "name":"search_orders","outcome":"ok","ms":12}
//
// docs/audit.md says what each member means. What the client wrote is cut, so that a line is a kilobyte at most or so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/principal.hpp"
#include "postern/base/time.hpp"
#include "postern/mcp/call_log.hpp"

namespace postern::audit {

struct Entry {
  TimePoint at;                             // when the call began; of an end, when it ended
  TimePoint last_at;                        // of several reads in one line, when the last of them began
  Caller caller;                            // null: of no call
  std::string_view method;                  // text that lives for good
  std::string name;                         // as LoggedCall has it
  std::optional<mcp::CallOutcome> outcome;  // null: it begins
  Duration took{};                          // of several, together
  std::uint64_t calls = 1;                  // equal reads in one line
  std::optional<mcp::CallChange> change{};  // null: it only reads
  std::string request_id{};                 // of a change

  // Whether one line can stand for this and for another read, which ended with `ended`. `call_name` is its name, cut.
  [[nodiscard]] bool is_read(const mcp::LoggedCall& call, std::string_view call_name, mcp::CallOutcome ended) const {
    return caller == call.caller && outcome == ended && method == call.method && name == call_name;
  }
};

[[nodiscard]] std::string_view to_string(mcp::CallOutcome outcome);

// With its line feed.
void append_line(std::string& out, const Entry& entry);
// How many entries were lost for lack of room.
void append_lost(std::string& out, TimePoint at, std::uint64_t count);

}  // namespace postern::audit
