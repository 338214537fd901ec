// The server as a whole: its start, its end, and what it finishes in between.
#include <doctest/doctest.h>

#include <csignal>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "hosts/native/testing/live_server.hpp"

namespace postern {

using namespace testing;

TEST_CASE("draining finishes what is under way, ends streams properly and closes the idle at once") {
  TestServer server;
  Client busy{server};
  Client idle{server};
  Client listening{server};
  Client waker{server};
  idle.get("/i");
  CHECK(idle.read_until("/i").contains("200"));
  busy.get("/wait");
  listening.get("/once");
  CHECK(listening.read_until("tick").contains("tick"));
  waker.get("/w");
  CHECK(waker.read_until("/w").contains("200"));
  REQUIRE(soon([&] { return server.seen.waiting == 2; }));
  waker.send("GET /wake HTTP/1.1\r\n");  // a request half sent is under way too,
  idle.get("/j");                        // and has been read when this later one is answered
  CHECK(idle.read_until("/j").contains("200"));

  server.server->drain();
  CHECK(idle.read_to_end().empty());
  CHECK(idle.ended());
  CHECK(listening.read_to_end().ends_with("0\r\n\r\n"));
  CHECK(listening.ended());
  waker.send("Host: a\r\n\r\n");
  CHECK(waker.read_to_end().contains("Connection: close\r\n"));
  CHECK(busy.read_to_end().contains("/wait"));
  waker.disconnect();
  busy.disconnect();
  CHECK(server.server->join().has_value());
  CHECK(server.seen.destroyed == 2);
}

TEST_CASE("a request that never ends is dropped when the time for draining is over") {
  auto options = patient_options();
  options.timeouts.drain_requests = 300ms;
  TestServer server{std::move(options)};
  const Client client{server};
  client.get("/wait");
  REQUIRE(soon([&] { return server.seen.waiting == 1; }));
  server.server->drain();
  CHECK(server.server->join().has_value());
  CHECK(server.seen.destroyed == 1);
}

TEST_CASE("stopping drops everything at once, on every loop") {
  auto options = patient_options();
  options.loops = 3;
  TestServer server{std::move(options)};
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(std::make_unique<Client>(server));
    clients.back()->get(i % 2 ? "/wait" : "/once");
  }
  REQUIRE(soon([&] { return server.seen.waiting == 12; }));
  server.server.reset();
  CHECK(server.seen.destroyed == 12);
}

TEST_CASE("serve() ends on SIGTERM, and a second signal does not wait") {
  std::promise<std::uint16_t> listening;
  auto options = patient_options();
  options.on_listening = [&](std::uint16_t port) { listening.set_value(port); };
  Seen seen;
  auto ended = std::async(std::launch::async, [&] {
    return serve(options, [&](boost::asio::io_context&) { return std::make_unique<TestHandler>(seen); });
  });
  const Client client{listening.get_future().get()};
  client.get("/wait");
  REQUIRE(soon([&] { return seen.waiting == 1; }));
  ::kill(::getpid(), SIGTERM);
  CHECK(ended.wait_for(300ms) == std::future_status::timeout);  // the request is under way
  ::kill(::getpid(), SIGTERM);
  CHECK(ended.get().has_value());
  CHECK(seen.destroyed == 1);
}

TEST_CASE("a start that fails says why, in words to act on") {
  const TestServer first;
  const auto start = [](ServeOptions options) {
    auto server =
        Server::start(std::move(options), [](boost::asio::io_context&) { return std::unique_ptr<http::Handler>{}; });
    return server ? std::string{} : server.error().message;
  };
  const auto port = first.server->port();
  CHECK(start({.port = port}) == "port " + std::to_string(port) + " is in use: stop the other program or set PORT");
  CHECK(start({.address = "localhost"}) == "'localhost' is not an IPv4 or IPv6 address");
  CHECK(start({.loops = 0}) == "at least one loop is needed");
  CHECK_FALSE(serve({}, [](boost::asio::io_context&) { return std::unique_ptr<http::Handler>{}; }).has_value());
}

TEST_CASE("what listens on IPv6 is reached over IPv4, too") {
  auto options = patient_options();
  options.address = "::";
  const TestServer server{std::move(options)};
  Client mapped{server};
  mapped.get("/v4");
  CHECK(mapped.read_until("/v4").starts_with("HTTP/1.1 200 OK"));
}

}  // namespace postern
