// A server over real sockets for tests, with handlers that wait, throw and stream on request, and a client of plain
// POSIX calls, so that nothing of ours is on both ends.
//
//   const TestServer server;
//   Client client{server};
//   client.get("/one");                                     // /wait, /wake, /throw, /endless, /once, ...: see
//   TestHandler CHECK(client.read_until("/one").starts_with("HTTP/1.1 200 OK"));
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "hosts/native/server.hpp"
#include "postern/base/wait_list.hpp"

namespace postern::testing {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// What the test may see of the handlers of all loops.
struct Seen {
  std::atomic<int> handled{0};
  std::atomic<int> waiting{0};
  std::atomic<int> destroyed{0};  // handler frames and streams that ended, one way or the other
};

struct Mark {
  std::atomic<int>& count;
  explicit Mark(std::atomic<int>& counter) : count(counter) {}
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;
  ~Mark() { ++count; }
};

// "tick" for as long as it is asked, or once and then silence.
class Ticks final : public http::BodyStream {
 public:
  enum class Pace { endless, once, three, throws };
  Ticks(Seen& seen, WaitList& never, Pace pace) : mark_(seen.destroyed), never_(never), pace_(pace) {}
  Task<std::optional<std::string>> next() override {
    ++count_;
    if (pace_ == Pace::endless) co_return std::string(64 * 1024, 'x');
    if (pace_ == Pace::once && count_ == 2) co_await never_.wait();
    if (pace_ == Pace::three && count_ == 4) co_return std::nullopt;
    if (pace_ == Pace::throws && count_ == 2) throw std::runtime_error("the stream broke");
    co_return "data: tick\n\n";
  }

 private:
  Mark mark_;
  WaitList& never_;
  Pace pace_;
  int count_ = 0;
};

class TestHandler final : public http::Handler {
 public:
  explicit TestHandler(Seen& seen) : seen_(seen) {}
  Task<http::Response> handle(http::Request request) override {
    ++seen_.handled;
    const auto path = request.path();
    if (path == "/throw") throw std::runtime_error("secret detail");
    if (path == "/exhaust") throw std::bad_alloc{};
    if (path == "/wait") co_await wait_forever();
    if (path == "/wake") waiting_.wake_all();
    if (path == "/endless") co_return stream(Ticks::Pace::endless);
    if (path == "/once") co_return stream(Ticks::Pace::once);
    if (path == "/three") co_return stream(Ticks::Pace::three);
    if (path == "/broken") co_return stream(Ticks::Pace::throws);
    co_return http::Response::text(200, std::string{path} + request.body);
  }

 private:
  Task<void> wait_forever() {
    const Mark mark{seen_.destroyed};
    ++seen_.waiting;
    co_await waiting_.wait();
  }
  http::Response stream(Ticks::Pace pace) {
    ++seen_.waiting;
    http::Response response;
    response.stream = std::make_unique<Ticks>(seen_, waiting_, pace);
    return response;
  }
  Seen& seen_;
  WaitList waiting_;
};

inline ServeOptions quick_options() {
  ServeOptions options;
  options.timeouts = {.header = 1s,
                      .body = 1s,
                      .idle = 1s,
                      .write_stall = 500ms,
                      .linger = 200ms,
                      .drain_requests = 2s,
                      .drain_streams = 200ms};
  return options;
}
inline ServeOptions patient_options() {
  ServeOptions options;
  options.timeouts.drain_streams = 200ms;
  options.timeouts.linger = 200ms;
  return options;
}

struct TestServer {
  Seen seen;
  std::atomic<int> problems{0};
  std::unique_ptr<Server> server;

  explicit TestServer(ServeOptions options = patient_options()) {
    options.on_problem = [this](std::string_view, std::string_view) { ++problems; };
    auto started = Server::start(std::move(options),
                                 [this](boost::asio::io_context&) { return std::make_unique<TestHandler>(seen); });
    REQUIRE(started.has_value());
    server = *std::move(started);
  }
};

template <class Condition>
bool soon(Condition condition, std::chrono::milliseconds within = 20s) {
  for (const auto end = steady_clock::now() + within; steady_clock::now() < end; std::this_thread::sleep_for(5ms)) {
    if (condition()) return true;
  }
  return condition();
}

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  explicit Client(const TestServer& server) : Client(server.server->port()) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { disconnect(); }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;  // refused meanwhile: the answer tells
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void get(std::string_view path, std::string_view fields = {}) const {
    send("GET " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n" + std::string{fields} + "\r\n");
  }
  // Everything until `text` was seen, the end, or the deadline.
  std::string read_until(std::string_view text, std::chrono::milliseconds within = 20s) {
    std::string all;
    const auto end = steady_clock::now() + within;
    while (text.empty() || !all.contains(text)) {
      pollfd poll{.fd = socket_, .events = POLLIN};
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now()).count();
      if (left <= 0 || ::poll(&poll, 1, static_cast<int>(left)) <= 0) break;
      std::array<char, 64 * 1024> buffer;
      const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        ended_ = true;
        break;
      }
      all.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return all;
  }
  std::string read_to_end(std::chrono::milliseconds within = 20s) { return read_until({}, within); }
  [[nodiscard]] bool ended() const { return ended_; }
  void shut_write() const { ::shutdown(socket_, SHUT_WR); }
  void reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    disconnect();
  }
  void disconnect() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

 private:
  int socket_;
  bool ended_ = false;
};

inline int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace postern::testing
