// Who is let in, and what happens when nobody can be.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <array>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "hosts/native/descriptors.hpp"
#include "hosts/native/testing/live_server.hpp"

namespace postern {

using namespace testing;

TEST_CASE("connections are counted per address and in all, and given back") {
  auto options = patient_options();
  SUBCASE("per address") { options.connections_per_address_max = 3; }
  SUBCASE("in all") { options.connections_max = 3; }
  const TestServer server{std::move(options)};
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(server));
    clients.back()->get("/in");
    CHECK(clients.back()->read_until("/in").starts_with("HTTP/1.1 200 OK"));
  }
  Client refused{server};
  CHECK(refused.read_to_end().starts_with("HTTP/1.1 503 "));
  clients.clear();
  CHECK(soon([&] {
    Client again{server};
    again.get("/back");
    return again.read_until("/back").starts_with("HTTP/1.1 200 OK");
  }));
}

TEST_CASE("as many files may be open as the administrator lets, and most of them may be connections") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit soft{.rlim_cur = 100, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &soft) == 0);
  CHECK(raise_descriptor_limit() == before.rlim_max);
  rlimit after{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &after) == 0);
  CHECK(after.rlim_cur == before.rlim_max);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(connections_within(1'024) == 768);
}

TEST_CASE("accepting survives having no file descriptor left, without spinning") {
  const TestServer server;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const Client probe{server};
  REQUIRE(soon([&] { return true; }));
  Client client{server};  // connected by the kernel
  client.get("/x");
  CHECK(client.read_until("/x").starts_with("HTTP/1.1 200 OK"));

  const int next = ::dup(0);
  ::close(next);
  const int late = ::socket(AF_INET, SOCK_STREAM, 0);
  const rlimit tight{.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  sockaddr_in address{
      .sin_family = AF_INET, .sin_port = htons(server.server->port()), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  REQUIRE(::connect(late, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const auto began = steady_clock::now();
  CHECK(soon([&] { return server.problems >= 1; }));
  std::this_thread::sleep_for(450ms);
  const int paused = server.problems;
  CHECK(paused <= (steady_clock::now() - began) / 100ms + 2);  // every 100 ms, not in a loop
  client.get("/still");
  CHECK(client.read_until("/still").starts_with("HTTP/1.1 200 OK"));

  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  const std::string_view request = "GET /late HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  CHECK(::send(late, request.data(), request.size(), MSG_NOSIGNAL) > 0);
  std::array<char, 1024> buffer;
  CHECK(::recv(late, buffer.data(), buffer.size(), 0) > 0);
  ::close(late);
}

}  // namespace postern
