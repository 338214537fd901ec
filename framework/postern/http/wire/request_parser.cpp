#include "postern/http/wire/request_parser.hpp"

#include <algorithm>
#include <utility>

#include "postern/base/ensure.hpp"
#include "postern/http/token.hpp"
#include "postern/uri/characters.hpp"

namespace postern::http {

namespace {

// A chunk's size: 16 hexadecimal digits are 64 bits. Its extensions have a budget of their own, for the whole request.
constexpr std::size_t chunk_size_digits_max = 16;
constexpr std::size_t chunk_line_bytes_max = chunk_size_digits_max + limits::chunk_extension_bytes_max + 2;

// HTAB is white space, and so not meant. Does not stop at the first, so that the compiler can look at many at a time.
constexpr bool has_control(std::string_view text) {
  bool found = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    found |= (byte < 0x20 && byte != '\t') || byte == 0x7f;
  }
  return found;
}
// Visible ASCII without '#': browsers send more than RFC 3986 allows, but none of them a fragment.
constexpr bool is_target_character(char c) { return c > 0x20 && c < 0x7f && c != '#'; }
constexpr bool is_host_character(char c) {
  return uri::is_unreserved(c) || uri::is_sub_delimiter(c) || std::string_view{"%:[]"}.contains(c);
}

// Is `member` in a comma-separated list (RFC 9110 sec. 5.6.1)? In any field of that name.
bool lists(const HeaderMap& headers, std::string_view name, std::string_view member) {
  for (const Header& field : headers) {
    if (!equal_ignoring_case(field.name, name)) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      if (equal_ignoring_case(trim(rest.substr(0, comma)), member)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && uri::is_digit(text[5]) && text[6] == '.' &&
         uri::is_digit(text[7]);
}

}  // namespace

RequestParser::RequestParser(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) { begin(State::start_line); }

RequestParser::Progress RequestParser::feed(std::string_view& bytes) {
  while (state_ != State::complete && state_ != State::failed) {
    if (!step(bytes)) return Progress::need_more;
  }
  return state_ == State::complete ? Progress::complete : Progress::failed;
}

Request RequestParser::take() {
  ensure(state_ == State::complete);
  Request request = std::exchange(request_, Request{});
  begin(State::start_line);
  return request;
}

bool RequestParser::reading_body() const {
  switch (state_) {
    case State::body:
    case State::chunk_size:
    case State::chunk_data:
    case State::chunk_end:
    case State::trailers:
      return true;
    case State::start_line:
    case State::fields:
    case State::complete:
    case State::failed:
      return false;
  }
  return false;
}

bool RequestParser::take_continue() { return std::exchange(continue_wanted_, false); }

// Enters a state with the budget that its lines have.
void RequestParser::begin(State state) {
  state_ = state;
  switch (state) {
    case State::start_line:
      line_bytes_left_ = limits::request_line_bytes_max;
      blank_line_skipped_ = false;
      continue_wanted_ = false;
      break;
    case State::fields:
      line_bytes_left_ = limits::header_bytes_max;
      fields_left_ = limits::header_fields_max;
      extension_bytes_left_ = limits::chunk_extension_bytes_max;
      break;
    case State::chunk_size:
      line_bytes_left_ = chunk_line_bytes_max;
      break;
    case State::chunk_end:
      line_bytes_left_ = 2;
      break;
    case State::trailers:
      line_bytes_left_ = limits::trailer_bytes_max;
      break;
    case State::body:
    case State::chunk_data:
    case State::complete:
    case State::failed:
      break;
  }
}

void RequestParser::refuse(int status, std::string_view reason) {
  if (state_ == State::failed) return;
  refusal_ = {status, reason};
  persistence_ = Persistence::close;
  begin(State::failed);
}

void RequestParser::refuse_long_line() {
  switch (state_) {
    case State::start_line:
      return refuse(414, "request line too long");
    case State::fields:
      return refuse(431, "header section too large");
    case State::trailers:
      return refuse(431, "trailer section too large");
    case State::chunk_size:
      return refuse(400, "chunk size line too long");
    case State::chunk_end:
      return refuse(400, "chunk data does not end where its size says");
    case State::body:
    case State::chunk_data:
    case State::complete:
    case State::failed:
      ensure(false);
  }
}

// One line or one piece of body. False if that needs more bytes than there are.
bool RequestParser::step(std::string_view& bytes) {
  if (state_ == State::body) return take_body(bytes, State::complete);
  if (state_ == State::chunk_data) return take_body(bytes, State::chunk_end);

  std::string_view line;
  if (!take_line(bytes, line)) return false;
  switch (state_) {
    case State::start_line:
      on_start_line(line);
      break;
    case State::fields:
      line.empty() ? on_head_end() : on_field(line);
      break;
    case State::chunk_size:
      on_chunk_size(line);
      break;
    case State::chunk_end:
      line.empty() ? begin(State::chunk_size) : refuse_long_line();
      break;
    case State::trailers:
      line.empty() ? begin(State::complete) : on_trailer(line);
      break;
    case State::body:
    case State::chunk_data:
    case State::complete:
    case State::failed:
      break;
  }
  line_.clear();  // `line` may be a view of it
  return true;
}

// The next line without its CRLF; a view of `bytes`, or of line_ if it came in pieces. The first control character of a
// line must be the CR of its CRLF: bare CR, bare LF and NUL end the connection the moment they are seen (RFC 9112
// sec. 2.2). False if the line has not ended yet.
bool RequestParser::take_line(std::string_view& bytes, std::string_view& line) {
  std::size_t length = 0;  // of the line's bytes in `bytes`, CRLF included
  if (!line_.ends_with('\r')) {
    const auto window = bytes.substr(0, line_bytes_left_);
    length = std::min(window.find('\r'), window.size());
    if (has_control(window.substr(0, length))) return refuse(400, "control character in a line"), true;
    if (length < window.size()) {
      ++length;
    } else if (window.size() == line_bytes_left_) {
      return refuse_long_line(), true;
    }
  }
  const bool has_cr = length > 0 ? bytes[length - 1] == '\r' : line_.ends_with('\r');
  if (has_cr && length < bytes.size()) {
    if (length == line_bytes_left_) return refuse_long_line(), true;
    if (bytes[length] != '\n') return refuse(400, "CR without LF"), true;
    ++length;
    line_bytes_left_ -= length;
    line = bytes.substr(0, length);
    if (!line_.empty()) line = line_.append(line);
    line.remove_suffix(2);
    bytes.remove_prefix(length);
    return true;
  }
  line_.append(bytes.substr(0, length));
  line_bytes_left_ -= length;
  bytes.remove_prefix(length);
  return false;
}

bool RequestParser::take_body(std::string_view& bytes, State next) {
  const auto piece = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), body_bytes_left_)));
  request_.body.append(piece);
  bytes.remove_prefix(piece.size());
  body_bytes_left_ -= piece.size();
  if (!piece.empty()) continue_wanted_ = false;
  if (body_bytes_left_ > 0) return false;
  begin(next);
  return true;
}

// method SP request-target SP HTTP-version, with single spaces (RFC 9112 sec. 3). Of the four forms of target only the
// origin-form is for an origin server without a proxy's duties.
void RequestParser::on_start_line(std::string_view line) {
  if (line.empty()) {  // one is forgiven: "a server SHOULD ignore at least one" (sec. 2.2)
    if (blank_line_skipped_) return refuse(400, "blank lines before a request");
    blank_line_skipped_ = true;
    return;
  }
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return refuse(400, "malformed request line");
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(method)) return refuse(400, "method is no token");
  if (!is_version(version)) return refuse(400, "malformed HTTP version");
  if (version[5] != '1' || version[7] > '1') return refuse(505, "HTTP version not supported");
  if (!target.starts_with('/')) return refuse(400, "request target is not in origin-form");
  if (!std::ranges::all_of(target, is_target_character)) return refuse(400, "invalid character in the request target");

  version_ = version[7] == '1' ? Version::http_1_1 : Version::http_1_0;
  request_.method = parse_method(method);
  request_.target = target;
  request_.headers.reserve(16);
  begin(State::fields);
}

// field-name ":" OWS field-value OWS (RFC 9112 sec. 5). White space before the colon and obs-fold make the name no
// token, and so are refused with it.
void RequestParser::on_field(std::string_view line) {
  if (fields_left_ == 0) return refuse(431, "too many header fields");
  --fields_left_;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return refuse(400, "header line without a colon");
  if (!request_.headers.add(line.substr(0, colon), trim(line.substr(colon + 1)))) {
    return refuse(400, "header name is no token");
  }
}

// Trailers are held to the same grammar and dropped: merged into the headers they could forge one (RFC 9110
// sec. 6.5.1).
void RequestParser::on_trailer(std::string_view line) {
  if (fields_left_ == 0) return refuse(431, "too many trailer fields");
  --fields_left_;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) refuse(400, "malformed trailer field");
}

void RequestParser::on_head_end() {
  begin(State::complete);  // unless a check below says otherwise; the first refusal stands
  check_host();
  check_persistence();
  check_body();
}

// RFC 9112 sec. 3.2: exactly one Host in HTTP/1.1, at most one before, and a valid one.
void RequestParser::check_host() {
  const auto count = request_.headers.count("host");
  if (count == 0 && version_ == Version::http_1_0) return;
  if (count == 0) return refuse(400, "no Host");
  if (count > 1) return refuse(400, "more than one Host");
  const std::string& host = *request_.headers.find("host");
  if (host.empty() || !std::ranges::all_of(host, is_host_character)) return refuse(400, "invalid Host");
}

// RFC 9112 sec. 9.3.
void RequestParser::check_persistence() {
  if (state_ == State::failed) return;
  const bool keep = version_ == Version::http_1_1 || lists(request_.headers, "connection", "keep-alive");
  const bool close = lists(request_.headers, "connection", "close");
  persistence_ = keep && !close ? Persistence::keep_alive : Persistence::close;
}

// RFC 9112 sec. 6.3, with every case refused in which the length could be read in two ways.
void RequestParser::check_body() {
  if (state_ == State::failed) return;
  const HeaderMap& headers = request_.headers;
  const auto codings = headers.count("transfer-encoding");
  const auto lengths = headers.count("content-length");
  if (codings > 0 && version_ == Version::http_1_0) return refuse(400, "Transfer-Encoding in HTTP/1.0");
  if (codings > 0 && lengths > 0) return refuse(400, "Transfer-Encoding and Content-Length");
  if (codings > 1) return refuse(400, "more than one Transfer-Encoding");
  if (lengths > 1) return refuse(400, "more than one Content-Length");
  // Another spelling ("Chunked", a parameter) is legal for nobody but a smuggler: two parsers differ on it.
  if (codings == 1 && *headers.find("transfer-encoding") != "chunked") return refuse(501, "unknown transfer coding");
  if (lengths == 1) check_content_length(*headers.find("content-length"));
  if (codings == 1) begin(State::chunk_size);
  if (state_ == State::failed) return;

  const std::string* encoding = headers.find("content-encoding");
  if (encoding && !equal_ignoring_case(*encoding, "identity")) return refuse(415, "compressed body");
  const std::string* expectation = headers.find("expect");
  if (!expectation || version_ == Version::http_1_0) return;  // HTTP/1.0 has none (RFC 9110 sec. 10.1.1)
  if (headers.count("expect") > 1 || !equal_ignoring_case(*expectation, "100-continue")) {
    return refuse(417, "unknown expectation");
  }
  continue_wanted_ = state_ != State::complete;
}

// 1*DIGIT and nothing else: no sign, no list, no white space inside (RFC 9110 sec. 8.6).
void RequestParser::check_content_length(std::string_view value) {
  if (value.empty()) return refuse(400, "empty Content-Length");
  std::uint64_t length = 0;
  bool too_large = false;
  for (const char c : value) {
    if (!uri::is_digit(c)) return refuse(400, "Content-Length is no number");
    length = length * 10 + static_cast<unsigned>(c - '0');
    too_large = too_large || length > body_bytes_max_;
    if (too_large) length = 0;  // only the grammar matters from here on, and nothing overflows
  }
  if (too_large) return refuse(413, "Content-Length above the limit");
  if (length == 0) return;
  body_bytes_left_ = length;
  request_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(length, 16 * 1024)));  // more when it comes
  begin(State::body);
}

// chunk-size [ chunk-ext ] (RFC 9112 sec. 7.1). Extensions are ignored, and 256 bytes of them in one request are
// enough.
void RequestParser::on_chunk_size(std::string_view line) {
  std::uint64_t size = 0;
  std::size_t digits = 0;
  while (digits < line.size() && digits <= chunk_size_digits_max && uri::is_hex_digit(line[digits])) {
    size = size * 16 + uri::hex_value(line[digits]);
    ++digits;
  }
  if (digits == 0 || digits > chunk_size_digits_max) return refuse(400, "malformed chunk size");
  const auto extension = line.substr(digits);
  if (!extension.empty() && !extension.starts_with(';')) return refuse(400, "malformed chunk size");
  if (extension.size() > extension_bytes_left_) return refuse(400, "chunk extensions too long");
  extension_bytes_left_ -= extension.size();
  if (size == 0) return begin(State::trailers);
  if (size > body_bytes_max_ - request_.body.size()) return refuse(413, "chunked body above the limit");
  body_bytes_left_ = size;
  begin(State::chunk_data);
}

}  // namespace postern::http
