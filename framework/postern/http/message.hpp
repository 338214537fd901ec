// An HTTP request and its response, as the core sees them on any host.
//
//   Response hello(const Request& request) { return Response::text(200, "Hello " + request.path()); }
//
// A request arrives whole, its body already read and bounded. A response is a body at hand, or a stream that the host
// pulls.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "postern/base/task.hpp"
#include "postern/http/headers.hpp"

namespace postern::http {

enum class Method { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] Method parse_method(std::string_view token);  // case-sensitive (RFC 9110 sec. 9.1)
[[nodiscard]] std::string_view to_string(Method method);
[[nodiscard]] std::string_view reason_phrase(int status);

struct Request {
  Method method = Method::get;
  std::string target;  // origin-form as received: "/mcp?x=1"; never absolute, never empty
  HeaderMap headers;
  std::string body;
  std::string peer_address;  // "127.0.0.1", "2001:db8::1": who to count in rate limits
  std::string id;            // the host's, or else set by server::handle: for logs and the answer's X-Request-Id

  // The target up to the first '?', not decoded: routing matches bytes, so there is one spelling of each path.
  [[nodiscard]] std::string_view path() const;
  // What follows the first '?', or empty.
  [[nodiscard]] std::string_view query() const;
};

// A body that is made while it is sent. Destroying the stream is how the host says that the client went away: whatever
// produces it is cancelled by that.
class BodyStream {
 public:
  BodyStream() = default;
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;
  virtual ~BodyStream() = default;

  // The next bytes, never empty; nullopt at the end. The host asks again only when it has written the last ones, which
  // is what bounds a slow reader. The stream outlives the task.
  virtual Task<std::optional<std::string>> next() = 0;
};

struct Response {
  int status = 200;
  HeaderMap headers{};
  std::string body{};                    // not used when there is a stream
  std::unique_ptr<BodyStream> stream{};  // sent as it comes
  // What is to be done beside and after sending it, also when the client goes away. For a host where work belongs to a
  // request: it runs this, on the request's strand, from when the response is on its way, and forgets the request only
  // when it has ended. Only there does it exist (base/strand.hpp).
  Task<void> after{};

  [[nodiscard]] static Response text(int status, std::string body);  // text/plain; charset=utf-8
  [[nodiscard]] static Response html(int status, std::string body);  // text/html; charset=utf-8
  [[nodiscard]] static Response json(int status, std::string body);  // application/json, no parameters
  // 302 after GET, 303 after POST. A location that is no field value gives 500 and no Location (threat 37).
  [[nodiscard]] static Response redirect(int status, std::string_view location);
  [[nodiscard]] static Response empty(int status) { return Response{.status = status}; }
};

// A response for which nothing has to be awaited.
inline Task<Response> ready(Response response) { co_return response; }

// What a listener calls for each request, in any program of ours. The request is alive until the task and the
// response's stream are gone.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Task<Response> handle(Request request) = 0;
};

}  // namespace postern::http
