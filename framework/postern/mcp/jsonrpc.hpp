// JSON-RPC 2.0 messages as MCP uses them (2026-07-28, basic/index, messages).
//
//   auto message = parse_message(std::move(value));
//   if (!message) return error_reply(message.error().id, message.error().error);
//   if (auto* request = std::get_if<rpc::Request>(&*message)) ...
//   return result_reply(request->id, result_text);
//
// Ids are kept as JSON text, so that 7 and "7" differ and an answer carries the very id that came.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "postern/base/strong.hpp"
#include "postern/json/value.hpp"

namespace postern::mcp::rpc {

using Id = Strong<struct IdTag>;  // `7` or `"a"`: JSON text

// 2026-07-28, basic/index, error codes. Others are not to be sent.
enum class ErrorCode : int {
  resource_not_found = -32002,  // up to 2025-11-25 (server/resources, error handling); later it is invalid_params
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  header_mismatch = -32020,
  missing_client_capability = -32021,
  unsupported_version = -32022,
};

struct Error {
  ErrorCode code = ErrorCode::internal_error;
  std::string message;
  std::optional<json::Object> data{};
};

struct Request {
  Id id;
  std::string method;
  json::Object params;  // empty if there were none
};
struct Notification {
  std::string method;
  json::Object params;
};
// To a request of ours. `outcome` is the result, or the error object.
struct Response {
  Id id;
  bool is_error = false;
  json::Value outcome;
};
using Message = std::variant<Request, Notification, Response>;

struct Malformed {
  std::optional<Id> id;  // if it could be read
  Error error;
};

// One message, never a batch. It lives as long as the arena of `value`, if that has one.
[[nodiscard]] std::expected<Message, Malformed> parse_message(json::Value value);

// A string or an integer as JSON text; nullopt for everything else: null, fractions, objects. For ids and for progress
// tokens.
[[nodiscard]] std::optional<std::string> scalar_text(const json::Value& value);

[[nodiscard]] std::string result_reply(const Id& id, std::string_view result);
[[nodiscard]] std::string error_reply(const std::optional<Id>& id, const Error& error);
[[nodiscard]] std::string notification(std::string_view method, const json::Object& params);

// The error object, or the parameters, as JSON text.
[[nodiscard]] std::string error_text(const Error& error);
[[nodiscard]] std::string error_reply_of(const std::optional<Id>& id, std::string_view error);
[[nodiscard]] std::string notification_of(std::string_view method, std::string_view params);

}  // namespace postern::mcp::rpc
