// Another server that tools ask: what `call.api()` and `call.clerk()` rest on.
//
//   auto orders = co_await call.api().get<Orders>("/api/orders", {{"q", in.query}, {"limit", in.limit}});
//
// The implementations (clerk::AppApi, clerk::BackendApi) add the credential, send only to the configured address and
// follow no redirect. The credential never shows in an error.
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
  std::string path;      // "/api/orders?q=x": encoded, below the server's own address
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
  // `caller` lives until the task ends. Errors: unauthorized (the user's session has ended), forbidden (nobody can act
  // there for this caller now), unavailable (the app or Clerk is down or slow), limited. An HTTP status, other than
  // 401, is not an error here.
  virtual Task<Result<UpstreamResponse>> send(const Principal& caller, UpstreamRequest request) = 0;
};

// Those that a tool can ask; null: not configured.
struct Upstreams {
  Upstream* app = nullptr;
  Upstream* clerk = nullptr;
};

}  // namespace postern::mcp
