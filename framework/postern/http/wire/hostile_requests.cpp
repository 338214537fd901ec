#include "postern/http/wire/hostile_requests.hpp"

#include <format>

#include "postern/base/limits.hpp"

namespace postern::http {

namespace {

using namespace std::string_literals;

// What a smuggler wants to see answered as a second request.
const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }
std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }
std::string repeated(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

std::vector<HostileRequest> hostile_requests() {
  const std::string x9k(9000, 'x');
  const std::string x17k(17 * 1024, 'x');
  return {
      // Length: sec. 6.1 and 6.3
      {"Content-Length before Transfer-Encoding",
       post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden), 400},
      {"Transfer-Encoding before Content-Length",
       post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + hidden), 400},
      {"two Content-Length that differ", post("Content-Length: 0\r\nContent-Length: 34\r\n", hidden), 400},
      {"two Content-Length that agree", post("Content-Length: 1\r\nContent-Length: 1\r\n", "x"), 400},
      {"a list in Content-Length", post("Content-Length: 1, 1\r\n", "x"), 400},
      {"Content-Length with a plus sign", post("Content-Length: +1\r\n", "x"), 400},
      {"negative Content-Length", post("Content-Length: -1\r\n", "x"), 400},
      {"hexadecimal Content-Length", post("Content-Length: 0x10\r\n", hidden), 400},
      {"Content-Length with a space inside", post("Content-Length: 1 0\r\n", "0123456789"), 400},
      {"Content-Length with a fraction", post("Content-Length: 1.0\r\n", "x"), 400},
      {"empty Content-Length", post("Content-Length:\r\n", hidden), 400},
      {"Content-Length of 2^64", post("Content-Length: 18446744073709551616\r\n", hidden), 413},
      {"Content-Length of 2^64 + 1, one after a wrap", post("Content-Length: 18446744073709551617\r\n", "x" + hidden),
       413},
      {"Content-Length of a hundred digits", post("Content-Length: " + std::string(100, '9') + "\r\n"), 413},
      {"Content-Length one above the limit", post(std::format("Content-Length: {}\r\n", limits::body_bytes_max + 1)),
       413},
      // Transfer codings: sec. 6.1 and 7
      {"transfer coding gzip", post("Transfer-Encoding: gzip\r\n", hidden), 501},
      {"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 501},
      {"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 501},
      {"identity", post("Transfer-Encoding: identity\r\n", hidden), 501},
      {"xchunked", post("Transfer-Encoding: xchunked\r\n", hidden), 501},
      {"chunked with a parameter", post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 501},
      {"chunked in capitals", post("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"), 501},
      {"chunked in quotes", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 501},
      {"empty Transfer-Encoding", post("Transfer-Encoding:\r\n", hidden), 501},
      {"vertical tab before chunked", post("Transfer-Encoding: \x0b"s + "chunked\r\n", "0\r\n\r\n"), 400},
      {"two Transfer-Encoding", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"two Transfer-Encoding, one unknown",
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n", "0\r\n\r\n"), 400},
      {"Transfer-Encoding in HTTP/1.0",
       "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, 400},
      {"xchunked and Content-Length", post("Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n", "abcd"), 400},
      // Chunks: sec. 7.1
      {"chunk size with a 0x", chunked("0x1\r\nx\r\n0\r\n\r\n"), 400},
      {"chunk size with a minus sign", chunked("-1\r\nx\r\n0\r\n\r\n"), 400},
      {"chunk size with a space before", chunked(" 1\r\nx\r\n0\r\n\r\n"), 400},
      {"chunk size with a space after", chunked("1 \r\nx\r\n0\r\n\r\n"), 400},
      {"no chunk size", chunked("\r\nx\r\n0\r\n\r\n"), 400},
      {"chunk size that is no number", chunked("g\r\nx\r\n0\r\n\r\n"), 400},
      {"chunk size of 17 digits", chunked("00000000000000001\r\nx\r\n0\r\n\r\n"), 400},
      {"chunk size of 2^64 - 1", chunked("ffffffffffffffff\r\nx\r\n0\r\n\r\n"), 413},
      {"chunk size one above the body limit", chunked(std::format("{:x}\r\n", limits::body_bytes_max + 1)), 413},
      {"chunks that add up to more than the limit",
       chunked(repeated(2, std::format("{:x}\r\n{}\r\n", limits::body_bytes_max / 2 + 1,
                                       std::string(limits::body_bytes_max / 2 + 1, 'x')))),
       413},
      {"chunk data longer than its size", chunked("1\r\nxy\r\n0\r\n\r\n"), 400},
      {"chunk data ended by a bare LF", chunked("1\r\nx\n0\r\n\r\n"), 400},
      {"chunk size ended by a bare LF", chunked("1\nx\r\n0\r\n\r\n"), 400},
      {"chunk size ended by a bare CR", chunked("1\rx\r\n0\r\n\r\n"), 400},
      {"last chunk ended by bare LFs", chunked("0\n\n" + hidden), 400},
      {"chunk extension of 257 bytes", chunked("1;" + std::string(256, 'e') + "\r\nx\r\n0\r\n\r\n"), 400},
      {"chunk extensions of 300 bytes in two chunks",
       chunked(repeated(2, "1;" + std::string(149, 'e') + "\r\nx\r\n") + "0\r\n\r\n"), 400},
      {"chunk extension with a bare LF", chunked("1;a\nb\r\nx\r\n0\r\n\r\n"), 400},
      {"chunk extension without a semicolon", chunked("1 a=b\r\nx\r\n0\r\n\r\n"), 400},
      // Trailers: sec. 7.1.2
      {"trailers of 70 KB", chunked("0\r\nA: " + std::string(70'000, 't') + "\r\n\r\n"), 431},
      {"a thousand trailers", chunked("0\r\n" + repeated(1000, "A: b\r\n") + "\r\n"), 431},
      {"trailer without a colon", chunked("0\r\nabc\r\n\r\n"), 400},
      {"trailer with a folded line", chunked("0\r\nA: b\r\n c\r\n\r\n"), 400},
      {"trailer with a bare LF", chunked("0\r\nA: b\nC: d\r\n\r\n"), 400},
      // Lines: sec. 2.2 and 5
      {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"bare LF after a header", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400},
      {"bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
      {"bare CR in a header value", get("X: a\rTransfer-Encoding: chunked\r\n"), 400},
      {"bare CR before CRLF", get("X: a\r\r\n"), 400},
      {"bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"NUL in a header value", get("X: a\0b\r\n"s), 400},
      {"NUL in a header name", get("X\0Y: a\r\n"s), 400},
      {"DEL in a header value", get("X: a\x7f\r\n"), 400},
      {"escape character in a header value", get("X: \x1b[31m\r\n"), 400},
      {"obs-text in a header value", get("X: caf\xc3\xa9\r\n"), 400},
      {"folded header", get("X: a\r\n b\r\n"), 400},
      {"folded header with a tab", get("X: a\r\n\tb\r\n"), 400},
      {"white space before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"space before the colon", get("Content-Length : 5\r\n"), 400},
      {"tab before the colon", get("Transfer-Encoding\t: chunked\r\n"), 400},
      {"header without a colon", get("Host\r\n"), 400},
      {"header without a name", get(": value\r\n"), 400},
      {"header name with a bracket", get("A[]: b\r\n"), 400},
      {"header name in UTF-8", get("Ho\xc5\xbft: b\r\n"), 400},
      {"two blank lines before the request", "\r\n\r\n" + get(""), 400},
      // Host: sec. 3.2
      {"no Host in HTTP/1.1", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Host that differ", get("Host: b\r\n"), 400},
      {"two Host that agree", get("Host: a\r\n"), 400},
      {"two Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"Host with user information", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"Host that is a list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      // Request line: sec. 3
      {"absolute-form", "GET http://evil/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"authority-form", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400},
      {"asterisk-form with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"asterisk-form with OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"target without a slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a tab for a space", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"method that is no token", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"fragment in the target", "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"UTF-8 in the target", "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"HTTP/0.9", "GET /\r\n", 400},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"version of two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
      {"another protocol's name", "GET / ICAP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
      {"NULs", std::string(100, '\0'), 400},
      // Size: RFC 6585 sec. 5, RFC 9110 sec. 15.5.14 and 15.5.15
      {"request line of 9 KB", "GET /" + x9k + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"method without an end", x9k, 414},
      {"one header of 17 KB", get("X: " + x17k + "\r\n"), 431},
      {"headers of 18 KB in all", get(repeated(6, "X: " + std::string(3000, 'x') + "\r\n")), 431},
      {"65 headers", get(repeated(64, "A: b\r\n")), 431},
      {"header name without an end", "GET / HTTP/1.1\r\n" + x17k, 431},
      // Semantics: RFC 9110 sec. 10.1.1 and 8.4
      {"an expectation we do not know", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "x"), 417},
      {"two expectations", post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 1\r\n", "x"), 417},
      {"Expect and a body above the limit", post("Expect: 100-continue\r\nContent-Length: 99999999\r\n"), 413},
      {"a gzip body", post("Content-Encoding: gzip\r\nContent-Length: 1\r\n", "x"), 415},
      {"a br body in chunks", post("Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n"),
       415},
  };
}

std::vector<std::string> valid_requests() {
  return {
      get(""),
      "\r\n" + get("X:\t tab and space \t\r\n"),
      get("Connection: close\r\n"),
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + get(""),
      "HEAD /a?b=c&d=%20{}|^ HTTP/1.1\r\nHost: [::1]:8788\r\n\r\n",
      post("Content-Length: 5\r\n", "hello"),
      post("Content-Length: 005\r\n", "hello") + get("") + post("Content-Length: 0\r\n") + get(""),
      post("Content-Length: 34\r\n", hidden) + get(""),
      chunked("0\r\n\r\n"),
      chunked("5\r\nhello\r\n00A\r\n0123456789\r\n0\r\n\r\n") + get(""),
      chunked("5;name=\"va;lue\"\r\nhe\r\nl\r\n0;x\r\nAuthorization: Bearer forged\r\nContent-Length: 9\r\n\r\n") +
          get(""),
      post("Expect: 100-continue\r\nContent-Length: 2\r\n", "ok"),
      get(repeated(63, "A: b\r\n")),
      "DELETE /" + std::string(8192 - 8 - 11, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n",
  };
}

}  // namespace postern::http
