// One prompt as it was declared, and what it hands back: the messages that a conversation starts with (2026-07-28,
// server/prompts).
//
//   struct ExplainOrder { std::string number; };
//   Task<Result<std::string>> explain_order(ExplainOrder in, Call& call) {
//     co_return "Explain the order " + in.number + " to me.";
//   }
//   app.prompt("explain_order", "Explain an order.", explain_order);
//
// A prompt's arguments come as text; the members of its input may be strings, enums, numbers or booleans.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/json/value.hpp"
#include "postern/mcp/call.hpp"
#include "postern/mcp/completion.hpp"
#include "postern/mcp/content.hpp"
#include "postern/mcp/declaration.hpp"

namespace postern::mcp {

struct PromptResult {
  std::vector<PromptMessage> messages;
  std::string description{};  // may be empty
};

struct Prompt : Declaration {
  // As Tool::Start.
  using Start = std::function<Result<Task<Result<PromptResult>>>(const json::Value& arguments, Call& call)>;

  json::Object input_schema{};  // its properties are the prompt's arguments
  Completers completers{};
  Start start{};
};

class PromptBuilder : public Builder<Prompt> {
 public:
  using Builder::Builder;

  PromptBuilder& complete(std::string argument, Completer completer) {
    declared_.completers.insert_or_assign(std::move(argument), std::move(completer));
    return *this;
  }
};

}  // namespace postern::mcp
