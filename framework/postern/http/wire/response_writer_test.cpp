#include "postern/http/wire/response_writer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace postern::http {
namespace {

struct NoStream : BodyStream {
  Task<std::optional<std::string>> next() override { co_return std::nullopt; }
};

std::pair<std::string, BodyFraming> head_of(const Response& response, HeadOptions options = {}) {
  options.date = "now";
  std::string out;
  const auto framing = append_head(out, response, options);
  return {out, framing};
}

Response streaming(int status) { return Response{.status = status, .stream = std::make_unique<NoStream>()}; }

}  // namespace

TEST_CASE("a body at hand is announced with its length") {
  const auto [head, framing] = head_of(Response::text(200, "hello"));
  CHECK(framing == BodyFraming::whole);
  CHECK(head == "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nDate: now\r\nContent-Length: 5\r\n\r\n");
}

TEST_CASE("HEAD says what GET would, without the body") {
  const auto [head, framing] = head_of(Response::text(200, "hello"), {.method = Method::head});
  CHECK(framing == BodyFraming::none);
  CHECK(head.contains("Content-Length: 5\r\n"));
  CHECK(head_of(streaming(200), {.method = Method::head}).second == BodyFraming::none);
}

TEST_CASE("204 and 304 have neither body nor length (RFC 9110 sec. 8.6)") {
  for (const int status : {204, 304}) {
    const auto [head, framing] = head_of(Response::empty(status));
    CHECK(framing == BodyFraming::none);
    CHECK_FALSE(head.contains("Content-Length"));
    CHECK(head_of(streaming(status)).second == BodyFraming::none);
    CHECK_FALSE(head_of(streaming(status)).first.contains("Transfer-Encoding"));
  }
}

TEST_CASE("a stream goes in chunks, or to the end of an HTTP/1.0 connection") {
  const auto [chunked, framing] = head_of(streaming(200));
  CHECK(framing == BodyFraming::chunked);
  CHECK(chunked == "HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto [bare, old_framing] = head_of(streaming(200), {.version = Version::http_1_0});
  CHECK(old_framing == BodyFraming::until_close);
  CHECK(bare == "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n");
  CHECK(chunk_size_line(10) == "a\r\n");
  CHECK(chunk_size_line(4096) == "1000\r\n");
}

TEST_CASE("the connection's fate is said where it is not the default") {
  CHECK(head_of(Response::empty(200), {.persistence = Persistence::close}).first.contains("Connection: close\r\n"));
  CHECK(head_of(Response::empty(200), {.version = Version::http_1_0}).first.contains("Connection: keep-alive\r\n"));
  CHECK_FALSE(head_of(Response::empty(200)).first.contains("Connection"));
}

TEST_CASE("what a handler says about framing is dropped, so it cannot split a message") {
  Response response = Response::text(200, "hello");
  for (const auto* name : {"content-length", "Transfer-Encoding", "CONNECTION", "Date", "Trailer", "Upgrade"}) {
    response.headers.set(name, "77");
  }
  CHECK_FALSE(head_of(response).first.contains("77"));
  CHECK(head_of(response).first.contains("Content-Length: 5\r\n"));
}

TEST_CASE("the date is written as RFC 9110 sec. 5.6.7 has it") {
  DateLine date;
  CHECK(date.at(from_unix_seconds(784111777)) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date.at(from_unix_seconds(784111777) + Duration{999}) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date.at(from_unix_seconds(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace postern::http
