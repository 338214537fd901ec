#include "postern/clerk/backend_api.hpp"

#include <utility>

namespace postern::clerk {

Task<Result<mcp::UpstreamResponse>> BackendApi::send(const Principal&, mcp::UpstreamRequest request) {
  using Repeat = Backend::Call::Repeat;
  const Repeat repeat = request.method == http::Method::get ? Repeat::as_needed : Repeat::never;
  auto response = co_await backend_.exchange(
      {.method = request.method, .path = std::move(request.path), .body = std::move(request.body), .repeat = repeat});
  if (!response && response.error().kind == BackendError::Kind::refused)
    co_return fail(Error::Kind::internal, "The tool asked Clerk for something that is no path.");
  if (!response) co_return fail(Error::Kind::unavailable, "Clerk does not answer now. Try again in a moment.");
  if (response->status == 401)
    co_return fail(Error::Kind::internal, "This server is not set up to ask Clerk. Its operator finds why in the log.");
  co_return mcp::UpstreamResponse{.status = response->status, .body = std::move(response->body)};
}

}  // namespace postern::clerk
