// What a user is typing, and how it may go on: for a prompt's argument or a template's variable (2026-07-28,
// server/utilities/completion).
//
//   Task<Result<std::vector<std::string>>> complete_number(mcp::Completion typed, mcp::Call& call) { ... }
//
//   app.prompt("explain_order", "Explain an order.", explain_order).complete("number", complete_number);
//
// All that fit, best first; a client is told the first hundred.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/mcp/call.hpp"

namespace postern::mcp {

struct Completion {
  std::string value;                         // so far
  std::map<std::string, std::string> known;  // the other arguments, as far as they were given
};

using Completer = std::function<Task<Result<std::vector<std::string>>>(Completion typed, Call& call)>;
using Completers = std::map<std::string, Completer, std::less<>>;  // by argument

}  // namespace postern::mcp
