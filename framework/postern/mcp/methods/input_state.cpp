#include "postern/mcp/methods/input_state.hpp"

#include <array>

#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::mcp {

namespace {

std::unexpected<rpc::Error> refuse(std::string message) {
  return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, std::move(message)});
}

// Everything that says what the call is, and nothing that changes when it is repeated.
std::string binding_of(Crypto& crypto, const Caller& caller, std::string_view method, const json::Object& params) {
  json::Object what;
  for (const std::string_view name : {"name", "uri", "arguments"}) {
    if (const json::Value* value = json::find(params, name)) what[name] = *value;
  }
  std::string text = caller ? identity_of(*caller) : std::string{};
  text += '\n';
  text += method;
  text += '\n';
  text += json::serialize(what);
  return crypto.sha256(text);
}

}  // namespace

std::expected<InputState, rpc::Error> InputState::read(const CallContext& context, std::string_view method,
                                                       const json::Object& params) {
  InputState state;
  // Nothing can be asked of such a client, so nothing needs to be remembered.
  if (rules_of(context.revision).sessions || context.client == ClientCapabilities{}) return state;

  state.binding_ = binding_of(context.ports.crypto, context.caller, method, params);
  if (const json::Value* sealed = json::find(params, "requestState")) {
    const auto bytes = sealed->is_string() ? base64url_decode(std::string_view{sealed->as_string()}) : std::nullopt;
    const auto plain = bytes ? open(context.ports.crypto, context.state_key, *bytes, state.binding_) : std::nullopt;
    const auto content = plain ? json::parse(*plain) : fail(Error::Kind::invalid, "");
    if (!content) return refuse("requestState is not one that this call was answered with.");
    const auto expires = from_unix_seconds(content->at("exp").to_number<std::int64_t>());
    if (context.ports.clock.now() >= expires) return refuse("requestState has expired. Start the call again.");
    state.answers_ = content->at("answers").as_object();
    state.used_ = state.answers_;
  }
  if (const json::Value* responses = json::find(params, "inputResponses")) {
    if (!responses->is_object()) return refuse("inputResponses must be an object.");
    for (const auto& [key, value] : responses->as_object()) state.answers_[key] = value;
  }
  return state;
}

std::string InputState::seal(const CallContext& context) const {
  const json::Object content{{"exp", to_unix_seconds(context.ports.clock.now() + limits::request_state_lifetime)},
                             {"answers", used_}};
  return base64url_encode(postern::seal(context.ports.crypto, context.ports.random, context.state_key.current,
                                        json::serialize(content), binding_));
}

}  // namespace postern::mcp
