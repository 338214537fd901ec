// Clerk's Backend API as tools see it: what `call.clerk()` rests on.
//
// A GET is repeated as the server's own calls are, anything else is sent once: only its tool knows what a second one
// would do. Answers are Clerk's, but for one about our secret key, which is nobody's business but the operator's.
#pragma once

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/backend.hpp"
#include "postern/mcp/upstream.hpp"

namespace postern::clerk {

class BackendApi final : public mcp::Upstream {
 public:
  // `backend` outlives it.
  explicit BackendApi(Backend& backend) : backend_(backend) {}

  Task<Result<mcp::UpstreamResponse>> send(const Principal& caller, mcp::UpstreamRequest request) override;

 private:
  Backend& backend_;
};

}  // namespace postern::clerk
