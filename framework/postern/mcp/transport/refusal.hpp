// A JSON-RPC error as an HTTP response.
#pragma once

#include <optional>

#include "postern/http/message.hpp"
#include "postern/mcp/jsonrpc.hpp"

namespace postern::mcp {

[[nodiscard]] inline http::Response refusal(int status, const std::optional<rpc::Id>& id, const rpc::Error& error) {
  return http::Response::json(status, rpc::error_reply(id, error));
}

// The store cannot be asked now.
[[nodiscard]] inline http::Response try_again() {
  http::Response response = refusal(503, {}, {rpc::ErrorCode::internal_error, "Try again in a moment."});
  response.headers.set("Retry-After", "1");
  return response;
}

}  // namespace postern::mcp
