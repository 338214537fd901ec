// Outgoing HTTP requests.
//
//   FetchRequest request{.url = "https://api.clerk.com/v1/jwks"};
//   request.headers.set("Authorization", "Bearer " + key);
//   CO_TRY(auto response, co_await fetch.fetch(std::move(request)));
//
// No redirect is ever followed (a credential would travel with it): a 3xx is an answer like any other. No cookie jar,
// no proxy from the environment. A compressed body is not asked for; one that comes all the same is decompressed, and
// its size is that of what comes out. Only http and https; http only to loopback unless `allow_plain_http`.
#pragma once

#include <cstddef>
#include <string>

#include "postern/base/limits.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/http/message.hpp"

namespace postern {

enum class Destination {
  configured,   // an address the operator wrote down: any
  public_only,  // an address that a stranger chose: every special-use address is refused (threat 15)
};

struct FetchRequest {
  http::Method method = http::Method::get;
  std::string url;
  http::HeaderMap headers;
  std::string body;
  Destination destination = Destination::configured;
  Duration timeout = limits::fetch_timeout;  // from the first byte of name resolution to the last of the body
  std::size_t response_bytes_max = limits::fetch_response_bytes_max;
};

struct FetchResponse {
  int status = 0;
  http::HeaderMap headers;
  std::string body;
};

class Fetch {
 public:
  virtual ~Fetch() = default;
  // Errors: invalid (a URL or destination that is not allowed), unavailable (no connection, TLS failure, time-out),
  // limited (the response is larger than allowed). An HTTP status, whatever it is, is not an error. Dropping cancels.
  virtual Task<Result<FetchResponse>> fetch(FetchRequest request) = 0;
};

}  // namespace postern
