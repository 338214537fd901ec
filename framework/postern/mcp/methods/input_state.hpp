// The memory of a call that asks its client and ends there, kept by the client: `inputResponses` and `requestState`
// (2026-07-28, basic/patterns/mrtr).
//
//   auto input = InputState::read(context, "tools/call", params);  // -32602 if it is not genuine, or not for this call
//   if (const json::Value* answer = input->find("confirm")) ...
//   result["requestState"] = input->seal(context);                 // remembers the answers that were used
//
// What is sealed is bound to the user, the method, its parameters and ten minutes. It is not single-use: whoever
// repeats it repeats the call, with answers that the same user gave to the same questions.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "postern/json/value.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/methods/call_context.hpp"

namespace postern::mcp {

class InputState {
 public:
  InputState() = default;

  [[nodiscard]] static std::expected<InputState, rpc::Error> read(const CallContext& context, std::string_view method,
                                                                  const json::Object& params);

  [[nodiscard]] const json::Value* find(std::string_view key) const { return json::find(answers_, key); }
  void use(std::string_view key) { used_[key] = answers_.at(key); }

  [[nodiscard]] std::string seal(const CallContext& context) const;

 private:
  std::string binding_;  // what `requestState` is good for
  json::Object answers_;
  json::Object used_;
};

}  // namespace postern::mcp
