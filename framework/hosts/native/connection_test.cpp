// One connection: requests, answers, streams, and whoever goes away or is too slow.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "hosts/native/testing/live_server.hpp"
#include "postern/http/wire/hostile_requests.hpp"

namespace postern {

using namespace testing;

TEST_CASE("a connection serves one request after another") {
  const TestServer server;
  Client client{server};
  for (const auto* path : {"/one", "/two", "/three-times"}) {
    client.get(path);
    const auto answer = client.read_until(path);
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.ends_with(path));
  }
  client.get("/last", "Connection: close\r\n");
  CHECK(client.read_to_end().contains("Connection: close\r\n"));
  CHECK(client.ended());
}

TEST_CASE("pipelined requests are answered in order, also past one that waits") {
  const TestServer server;
  Client client{server};
  client.send(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
      "GET /wait HTTP/1.1\r\nHost: a\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  REQUIRE(soon([&] { return server.seen.waiting == 1; }));
  Client{server}.get("/wake");
  const auto answers = client.read_to_end();
  CHECK(count(answers, "HTTP/1.1 200 OK") == 4);
  CHECK(answers.find("/1") < answers.find("/2x"));
  CHECK(answers.find("/2x") < answers.find("/wait"));
  CHECK(answers.find("/wait") < answers.find("/4"));
}

TEST_CASE("ten thousand pipelined requests are neither lost nor kept in memory at once") {
  const TestServer server;
  Client client{server};
  std::thread sender{[&] {
    for (int i = 0; i < 9'999; ++i) client.get("/p");
    client.get("/p", "Connection: close\r\n");
  }};
  const auto answers = client.read_to_end(60s);
  sender.join();
  CHECK(count(answers, "HTTP/1.1 200 OK") == 10'000);
}

TEST_CASE("each hostile request gets its answer over a socket, never a second one, and the connection ends") {
  const TestServer server;
  int tried = 0;
  for (const auto& row : http::hostile_requests()) {
    CAPTURE(row.name);
    Client client{server};
    client.send(row.bytes + "GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answer = client.read_to_end();
    CHECK(answer.starts_with("HTTP/1.1 " + std::to_string(row.status) + " "));
    CHECK(count(answer, "HTTP/1.1 ") == 1);
    CHECK(answer.contains("Connection: close\r\n"));
    CHECK(client.ended());
    ++tried;
  }
  CHECK(server.seen.handled == 0);
  std::printf("native_http_test: %d hostile requests over a socket\n", tried);
}

TEST_CASE("100 Continue is sent once, before the body") {
  const TestServer server;
  Client client{server};
  client.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  CHECK(client.read_until("/eok").starts_with("HTTP/1.1 200 OK"));
}

TEST_CASE("time-outs end what is too slow, with 408 where a request had begun") {
  const TestServer server{quick_options()};
  SUBCASE("silence") {
    Client client{server};
    CHECK(client.read_to_end().empty());
    CHECK(client.ended());
  }
  SUBCASE("slow header") {
    Client client{server};
    std::string answer;
    client.send("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 400 && !client.ended(); ++i) {
      client.send("X: y\r\n");
      answer += client.read_until("\r\n\r\n", 50ms);
    }
    CHECK(answer.starts_with("HTTP/1.1 408 "));
  }
  SUBCASE("slow body") {
    Client client{server};
    std::string answer;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
    for (int i = 0; i < 400 && !client.ended(); ++i) {
      client.send("x");
      answer += client.read_until("\r\n\r\n", 50ms);
    }
    CHECK(answer.starts_with("HTTP/1.1 408 "));
  }
  SUBCASE("idle keep-alive") {
    Client client{server};
    client.get("/a");
    const auto answer = client.read_to_end();
    CHECK(client.ended());
    CHECK(count(answer, "HTTP/1.1") == 1);
  }
  SUBCASE("slow reader") {
    Client client{server};
    client.get("/endless");
    CHECK(soon([&] { return server.seen.destroyed == 1; }));
  }
  CHECK(server.problems == 0);
}

TEST_CASE("a client that goes away while the handler runs cancels it") {
  const TestServer server;
  Client client{server};
  client.get("/wait");
  REQUIRE(soon([&] { return server.seen.waiting == 1; }));
  SUBCASE("by closing") { client.disconnect(); }
  SUBCASE("by a reset") { client.reset(); }
  SUBCASE("by closing its sending side") { client.shut_write(); }
  CHECK(soon([&] { return server.seen.destroyed == 1; }));
}

TEST_CASE("a client that goes away while a stream is sent destroys the stream") {
  const TestServer server;
  Client client{server};
  SUBCASE("while the stream is silent") {
    client.get("/once");
    CHECK(client.read_until("tick").contains("data: tick\n\n"));
    client.disconnect();
  }
  SUBCASE("while it is blocked on a full socket") {
    client.get("/endless");
    REQUIRE(soon([&] { return server.seen.waiting == 1; }));
    std::this_thread::sleep_for(100ms);
    client.reset();
  }
  CHECK(soon([&] { return server.seen.destroyed == 1; }));
}

TEST_CASE("a stream is sent in chunks, each as it comes, and the connection goes on") {
  const TestServer server;
  Client client{server};
  client.get("/three");
  const auto answer = client.read_until("0\r\n\r\n");
  CHECK(answer.contains("Transfer-Encoding: chunked\r\n"));
  CHECK(answer.ends_with("c\r\ndata: tick\n\n\r\nc\r\ndata: tick\n\n\r\nc\r\ndata: tick\n\n\r\n0\r\n\r\n"));
  client.get("/next");
  CHECK(client.read_until("/next").starts_with("HTTP/1.1 200 OK"));
}

TEST_CASE("a half-closed client still gets what was ready") {
  const TestServer server;
  Client client{server};
  client.get("/a");
  client.shut_write();
  CHECK(client.read_to_end().ends_with("/a"));
}

TEST_CASE("an exception costs its own connection only, and tells the peer nothing") {
  const TestServer server;
  struct Row {
    const char* path;
    const char* status;
  };
  for (const Row& row : {Row{"/throw", "HTTP/1.1 500 "}, Row{"/exhaust", "HTTP/1.1 503 "}}) {
    Client client{server};
    client.get(row.path);
    const auto answer = client.read_to_end();
    CHECK(answer.starts_with(row.status));
    CHECK_FALSE(answer.contains("secret"));
    CHECK(client.ended());
  }
  Client broken{server};
  broken.get("/broken");
  const auto cut_short = broken.read_to_end();
  CHECK(cut_short.contains("tick"));
  CHECK_FALSE(cut_short.contains("0\r\n\r\n"));  // the client can tell that it is not whole
  Client other{server};
  other.get("/fine");
  CHECK(other.read_until("/fine").starts_with("HTTP/1.1 200 OK"));
  CHECK(server.problems == 2);
}

}  // namespace postern
