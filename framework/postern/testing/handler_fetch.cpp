#include "postern/testing/handler_fetch.hpp"

namespace postern::testing {

Task<Result<FetchResponse>> HandlerFetch::fetch(FetchRequest request) {
  const std::size_t host = request.url.find("://") + 3;
  const std::size_t path = request.url.find('/', host);
  const auto found = handlers_.find(request.url.substr(0, path));
  if (found == handlers_.end()) co_return fail(Error::Kind::unavailable, "Nobody answers at " + request.url);
  http::Request sent{.method = request.method,
                     .target = path == std::string::npos ? "/" : request.url.substr(path),
                     .headers = std::move(request.headers),
                     .body = std::move(request.body)};
  sent.headers.set("Host", found->first.substr(host));
  http::Response response = co_await found->second->handle(std::move(sent));
  co_return FetchResponse{
      .status = response.status, .headers = std::move(response.headers), .body = std::move(response.body)};
}

}  // namespace postern::testing
