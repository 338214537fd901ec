// Responses as bytes of HTTP/1.1 (RFC 9112): the head here, the body from where it lies, so that nothing is copied.
//
//   std::string head;
//   BodyFraming framing = append_head(head, response, {request_method, version, persistence, date.at(now)});
//   send(head, framing == BodyFraming::whole ? response.body : "");         // two buffers, one writev
//   while (auto piece = next()) send(chunk_size_line(piece->size()), *piece, "\r\n");   // BodyFraming::chunked
//   send(last_chunk);
//
// The framing fields (Content-Length, Transfer-Encoding, Connection, Date ...) are the writer's alone: what a handler
// put there is dropped, so a handler cannot split a message. HeaderMap keeps CR, LF and NUL out of every value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "postern/base/time.hpp"
#include "postern/http/message.hpp"
#include "postern/http/wire/request_parser.hpp"

namespace postern::http {

enum class BodyFraming {
  none,         // the head is all: HEAD, 204, 304
  whole,        // response.body, its length announced
  chunked,      // the stream, in chunks
  until_close,  // the stream bare, ended by closing: HTTP/1.0 knows no chunks
};

struct HeadOptions {
  Method method = Method::get;  // of the request
  Version version = Version::http_1_1;
  Persistence persistence = Persistence::keep_alive;
  std::string_view date;
};

// Appends the status line, the header fields and the empty line.
[[nodiscard]] BodyFraming append_head(std::string& out, const Response& response, const HeadOptions& options);

[[nodiscard]] std::string chunk_size_line(std::size_t bytes);
inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 sec. 5.6.7), made anew only when the second changes.
class DateLine {
 public:
  // Valid until the next call.
  [[nodiscard]] std::string_view at(TimePoint now);

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

}  // namespace postern::http
