// The user's own app, called as that user: what `call.api()` rests on.
//
//   auto orders = co_await call.api().get<Orders>("/api/orders", {{"q", in.query}, {"limit", in.limit}});
//
// The implementation (clerk::AppApi) adds a fresh token for the calling user, sends only to the configured app, follows
// no redirect, and tries once more with a new token after a 401. The token never shows in an error.
#pragma once

#include <string>

#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/mcp/trace_context.hpp"

namespace postern::mcp {

struct UpstreamRequest {
  http::Method method = http::Method::get;
  std::string path;      // "/api/orders?q=x": encoded, below the app's own address
  std::string body;      // JSON, or empty
  TraceContext trace{};  // to be sent along in W3C's headers
};

struct UpstreamResponse {
  int status = 0;
  std::string body;
};

class Upstream {
 public:
  virtual ~Upstream() = default;
  // `caller` lives until the task ends. Errors: unauthorized (the user's session has ended), unavailable (the app or
  // Clerk is down or slow), limited. An HTTP status of the app's, other than 401, is not an error here.
  virtual Task<Result<UpstreamResponse>> send(const Principal& caller, UpstreamRequest request) = 0;
};

}  // namespace postern::mcp
