// Requests out of the bytes of one HTTP/1.1 connection (RFC 9112). Sans I/O: it eats what it is given, in any pieces.
//
//   RequestParser parser;
//   std::string_view bytes = received;
//   switch (parser.feed(bytes)) {                     // takes what it used off the front of `bytes`
//     case RequestParser::Progress::need_more: ...    // all eaten; read again
//     case RequestParser::Progress::complete:  handle(parser.take());   // the rest of `bytes` is the next request
//     case RequestParser::Progress::failed:    refuse(parser.refusal().status);  // answer, then close: always
//   }
//
//   start_line -> fields -+-> body ---------------------------> complete
//                         +-> chunk_size <-> chunk_data         ^
//                                  +-> trailers ----------------+
//
// Strict before it is kind: whatever two implementations could read in two ways is refused (security.md threats 36 and
// 38), and after a refusal nothing more is read from that connection, so no bytes of one request can become another.
// The verdict does not depend on how the bytes were cut. Trailers are read and dropped. One parser serves a connection
// for its whole life; it keeps no more than one line and one request, within limits.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "postern/base/limits.hpp"
#include "postern/http/message.hpp"

namespace postern::http {

enum class Version { http_1_0, http_1_1 };
enum class Persistence { keep_alive, close };

// Why a request is not served. The reason is for the log; the peer gets the status and nothing else.
struct Refusal {
  int status = 0;
  std::string_view reason;
};

class RequestParser {
 public:
  enum class Progress { need_more, complete, failed };

  explicit RequestParser(std::size_t body_bytes_max = limits::body_bytes_max);

  // Eats from the front of `bytes`, to the end of one request at most. Once complete it eats nothing until take().
  [[nodiscard]] Progress feed(std::string_view& bytes);
  // The complete request; the parser is ready for the next one. peer_address and id are left to the caller.
  [[nodiscard]] Request take();

  // Of the complete request, until the next feed():
  [[nodiscard]] Version version() const { return version_; }
  [[nodiscard]] Persistence persistence() const { return persistence_; }
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

  // Where it stands, for the host's time-outs.
  [[nodiscard]] bool idle() const { return state_ == State::start_line && line_.empty(); }
  [[nodiscard]] bool reading_body() const;
  [[nodiscard]] std::size_t body_bytes() const { return request_.body.size(); }

  // True once, if the client waits for "100 Continue" before it sends the body (RFC 9110 sec. 10.1.1).
  [[nodiscard]] bool take_continue();

 private:
  enum class State { start_line, fields, body, chunk_size, chunk_data, chunk_end, trailers, complete, failed };

  [[nodiscard]] bool step(std::string_view& bytes);
  [[nodiscard]] bool take_line(std::string_view& bytes, std::string_view& line);
  [[nodiscard]] bool take_body(std::string_view& bytes, State next);
  void begin(State state);
  void refuse(int status, std::string_view reason);
  void refuse_long_line();

  void on_start_line(std::string_view line);
  void on_field(std::string_view line);
  void on_trailer(std::string_view line);
  void on_head_end();
  void on_chunk_size(std::string_view line);
  void check_host();
  void check_persistence();
  void check_body();
  void check_content_length(std::string_view value);

  std::size_t body_bytes_max_;
  State state_ = State::start_line;
  std::string line_;             // the part of a line that came in an earlier piece
  std::size_t line_bytes_left_;  // what the lines of this state may still use
  std::size_t fields_left_ = 0;  // header and trailer fields together
  std::size_t extension_bytes_left_ = 0;
  std::uint64_t body_bytes_left_ = 0;  // of the body, or of the chunk
  bool blank_line_skipped_ = false;
  bool continue_wanted_ = false;
  Version version_ = Version::http_1_1;
  Persistence persistence_ = Persistence::keep_alive;
  Request request_;
  Refusal refusal_;
};

}  // namespace postern::http
