#include "postern/http/wire/request_parser.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "postern/http/wire/hostile_requests.hpp"

namespace postern::http {
namespace {

// What a connection saw: the requests it would have handled, and how it ended.
struct Reading {
  std::vector<std::string> requests;
  int status = 0;  // of the refusal, or 0
  bool operator==(const Reading&) const = default;
};

std::string describe(const RequestParser& parser, const Request& request) {
  std::string text{to_string(request.method)};
  text += request.target;
  text += parser.version() == Version::http_1_1 ? " 1.1" : " 1.0";
  text += parser.persistence() == Persistence::close ? " close\n" : " keep\n";
  for (const Header& field : request.headers) text += field.name + "=" + field.value + "\n";
  return text + "\n" + request.body;
}

// Feeds `bytes` cut at `cuts`, in ascending order.
Reading read(std::string_view bytes, std::vector<std::size_t> cuts = {}) {
  RequestParser parser;
  Reading reading;
  cuts.push_back(bytes.size());
  std::size_t from = 0;
  for (const auto to : cuts) {
    auto piece = bytes.substr(from, to - from);
    from = to;
    while (true) {
      const auto progress = parser.feed(piece);
      if (progress == RequestParser::Progress::need_more) break;
      if (progress == RequestParser::Progress::failed) {
        reading.status = parser.refusal().status;
        return reading;
      }
      const Request request = parser.take();
      CHECK(request.body.size() <= limits::body_bytes_max);
      CHECK(request.headers.size() <= limits::header_fields_max);
      CHECK(request.target.size() < limits::request_line_bytes_max);
      reading.requests.push_back(describe(parser, request));
    }
    CHECK(piece.empty());
  }
  return reading;
}

std::vector<std::size_t> random_cuts(std::mt19937& random, std::size_t size) {
  std::vector<std::size_t> cuts(random() % 8);
  for (auto& cut : cuts) cut = random() % (size + 1);
  std::ranges::sort(cuts);
  return cuts;
}

// A seed from outside, or a new one each run: printed, so that a failure can be repeated.
unsigned pick_seed() {
  const char* given = std::getenv("POSTERN_SEED");
  const unsigned seed = given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
  std::printf("request_parser_test: POSTERN_SEED=%u\n", seed);
  return seed;
}

void mutate(std::mt19937& random, std::string& bytes) {
  static const std::vector<std::string> pieces = {"\r",
                                                  "\n",
                                                  "\r\n",
                                                  "\r\n\r\n",
                                                  " ",
                                                  "\t",
                                                  ":",
                                                  "\0",
                                                  ",",
                                                  ";",
                                                  "0\r\n\r\n",
                                                  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                                                  "Transfer-Encoding: chunked\r\n",
                                                  "Content-Length: 3\r\n",
                                                  "Host: b\r\n",
                                                  "ffffffffffffffff",
                                                  "\x80",
                                                  "HTTP/1.0"};
  const std::size_t at = random() % (bytes.size() + 1);
  switch (random() % 5) {
    case 0:
      bytes.insert(at, pieces[random() % pieces.size()]);
      return;
    case 1:
      bytes.erase(at, random() % 8);
      return;
    case 2:
      if (at < bytes.size()) bytes[at] = static_cast<char>(random());
      return;
    case 3:
      bytes.insert(at, bytes.substr(random() % (bytes.size() + 1), random() % 64));
      return;
    default:
      bytes.resize(at);
      return;
  }
}

}  // namespace

TEST_CASE("a hostile request gets its answer, and nothing after it is read") {
  for (const HostileRequest& row : hostile_requests()) {
    CAPTURE(row.name);
    const Reading reading = read(row.bytes + "GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(reading.status == row.status);
    CHECK(reading.requests.empty());
  }
}

TEST_CASE("the verdict does not depend on where the bytes were cut") {
  std::mt19937 random{pick_seed()};
  std::size_t tried = 0;
  const auto check = [&](const std::string& bytes) {
    const Reading whole = read(bytes);
    const std::size_t step = std::max<std::size_t>(1, bytes.size() / 2000);  // every position of all but the giants
    for (std::size_t cut = 0; cut <= bytes.size(); cut += step, ++tried) CHECK(read(bytes, {cut}) == whole);
    for (int i = 0; i < 20; ++i, ++tried) CHECK(read(bytes, random_cuts(random, bytes.size())) == whole);
    if (bytes.size() < 10'000) {
      std::vector<std::size_t> everywhere(bytes.size());
      for (std::size_t i = 0; i < everywhere.size(); ++i) everywhere[i] = i;
      CHECK(read(bytes, everywhere) == whole);
      ++tried;
    }
  };
  for (const auto& bytes : valid_requests()) check(bytes);
  const std::size_t valid = std::exchange(tried, 0);
  for (const auto& row : hostile_requests()) check(row.bytes);
  std::printf("request_parser_test: %zu valid and %zu hostile cuts\n", valid, tried);
}

// The oracle: whatever a mutation did, the requests and the verdict are those of the bytes, however they are cut, and a
// connection that was refused stays refused.
TEST_CASE("mutations of good and bad requests are never read in two ways") {
  constexpr int rounds = 30'000;
  std::mt19937 random{pick_seed()};
  std::vector<std::string> seeds = valid_requests();
  for (const auto& row : hostile_requests()) seeds.push_back(row.bytes);
  std::erase_if(seeds, [](const std::string& seed) { return seed.size() > 4096; });
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
    std::string bytes = seeds[random() % seeds.size()];
    for (auto changes = 1 + random() % 4; changes > 0; --changes) mutate(random, bytes);
    const Reading whole = read(bytes);
    CHECK(read(bytes, random_cuts(random, bytes.size())) == whole);
    if (whole.status != 0) {
      ++refused;
      CHECK(read(bytes + "GET / HTTP/1.1\r\nHost: a\r\n\r\n") == whole);
    }
  }
  std::printf("request_parser_test: %zu hostile rows, %d mutations of which %d were refused\n",
              hostile_requests().size(), rounds, refused);
}

TEST_CASE("good requests are read as what they are") {
  CHECK(read("GET /a?b HTTP/1.1\r\nHost: x\r\nA:  b \r\n\r\n").requests ==
        std::vector<std::string>{"GET/a?b 1.1 keep\nHost=x\nA=b\n\n"});
  CHECK(read("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            .requests == std::vector<std::string>{"POST/ 1.1 keep\nHost=x\nTransfer-Encoding=chunked\n\nabcde"});
  for (const auto& bytes : valid_requests()) {
    CAPTURE(bytes);
    CHECK(read(bytes).status == 0);
    CHECK_FALSE(read(bytes).requests.empty());
  }
}

TEST_CASE("pipelined requests come out one by one, in order") {
  const auto reading = read(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
      "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(reading.requests.size() == 3);
  CHECK(reading.requests[2].starts_with("GET/3"));
}

TEST_CASE("trailers never become headers") {
  const auto reading =
      read("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: Bearer x\r\n\r\n");
  REQUIRE(reading.requests.size() == 1);
  CHECK_FALSE(reading.requests[0].contains("Authorization"));
}

TEST_CASE("a connection persists as RFC 9112 sec. 9.3 has it") {
  struct Row {
    std::string_view bytes;
    Persistence expected;
  };
  for (const Row& row : {
           Row{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Persistence::keep_alive},
           Row{"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", Persistence::close},
           Row{"GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n", Persistence::close},
           Row{"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", Persistence::keep_alive},
           Row{"GET / HTTP/1.0\r\n\r\n", Persistence::close},
           Row{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", Persistence::keep_alive},
           Row{"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", Persistence::close},
       }) {
    CAPTURE(row.bytes);
    RequestParser parser;
    auto bytes = row.bytes;
    REQUIRE(parser.feed(bytes) == RequestParser::Progress::complete);
    CHECK(parser.persistence() == row.expected);
  }
}

TEST_CASE("100 Continue is wanted once, and only while the body is awaited") {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n";
  RequestParser parser;
  const std::string waiting = head + "Content-Length: 2\r\n\r\n";
  std::string_view bytes = waiting;
  REQUIRE(parser.feed(bytes) == RequestParser::Progress::need_more);
  CHECK(parser.take_continue());
  CHECK_FALSE(parser.take_continue());
  for (const auto& sent : {head + "Content-Length: 2\r\n\r\nx", head + "\r\n"}) {
    RequestParser other;
    bytes = sent;
    (void)other.feed(bytes);
    CHECK_FALSE(other.take_continue());
  }
}

TEST_CASE("the limits hold to the byte") {
  const auto status = [](const std::string& bytes) { return read(bytes).status; };
  const auto line = [](std::size_t bytes) { return "GET /" + std::string(bytes - 16, 'x') + " HTTP/1.1\r\n"; };
  CHECK(status(line(limits::request_line_bytes_max)) == 0);
  CHECK(status(line(limits::request_line_bytes_max + 1)) == 414);
  const auto fields = [](std::size_t bytes) {
    return "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(bytes - 16, 'x') + "\r\n\r\n";
  };
  CHECK(status(fields(limits::header_bytes_max)) == 0);
  CHECK(status(fields(limits::header_bytes_max + 1)) == 431);
  const auto body = [](std::size_t bytes) {
    return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
  };
  CHECK(status(body(limits::body_bytes_max)) == 0);
  CHECK(status(body(limits::body_bytes_max + 1)) == 413);
  const auto extension = [](std::size_t bytes) {
    return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(bytes - 1, 'x') +
           "\r\nx\r\n";
  };
  CHECK(status(extension(limits::chunk_extension_bytes_max)) == 0);
  CHECK(status(extension(limits::chunk_extension_bytes_max + 1)) == 400);
}

}  // namespace postern::http
