// The user's own app, called as that user with a token minted for the purpose: what `call.api()` rests on.
//
//   AppApi api{{.app = app_url}, minter, ports};
//   CO_TRY(auto response, co_await api.send(principal, {.path = "/api/orders"}));
//
// The token goes to the app's origin and nowhere else, and shows in no error and no log. It lives a minute; should the
// app refuse it, a new one is tried, once, and then the app is at odds with this server: that ends nobody's session. A
// GET that is answered with 429 or 503 is sent once more, after what Retry-After asks for, if that is within the time.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/clerk/app_url.hpp"
#include "postern/clerk/token_minter.hpp"
#include "postern/mcp/upstream.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

struct AppApiSettings {
  AppUrl app;
  Duration timeout = std::chrono::seconds{15};  // of a call, with all its attempts
  std::size_t response_bytes_max = limits::fetch_response_bytes_max;
};

class AppApi final : public mcp::Upstream {
 public:
  AppApi(AppApiSettings settings, TokenMinter& minter, Ports& ports)
      : settings_(std::move(settings)), minter_(minter), ports_(ports) {}

  // Besides what mcp::Upstream says: internal, if the path is none within the app or Clerk is not configured for it.
  Task<Result<mcp::UpstreamResponse>> send(const Principal& caller, mcp::UpstreamRequest request) override;

 private:
  Task<Result<Secret>> mint(const Principal& caller);
  Task<Result<FetchResponse>> attempt(std::string url, mcp::UpstreamRequest request, Secret token, TimePoint deadline);
  Task<Result<FetchResponse>> attempt_once(std::string url, mcp::UpstreamRequest request, Secret token,
                                           TimePoint deadline);

  AppApiSettings settings_;
  TokenMinter& minter_;
  Ports& ports_;
};

}  // namespace postern::clerk
