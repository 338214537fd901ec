// The listener over real sockets: plain POSIX ones on this side, so that nothing of ours is on both ends.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "hosts/native/server.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/http/wire/hostile_requests.hpp"

namespace postern {
namespace {

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

ServeOptions quick_options() {
  ServeOptions options;
  options.timeouts = {.header = 300ms,
                      .body = 300ms,
                      .idle = 300ms,
                      .write_stall = 500ms,
                      .linger = 200ms,
                      .drain_requests = 2s,
                      .drain_streams = 200ms};
  return options;
}
ServeOptions patient_options() {
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
    auto started = Server::start(
        std::move(options), [this](boost::asio::io_context&, unsigned) { return std::make_unique<TestHandler>(seen); });
    REQUIRE(started.has_value());
    server = *std::move(started);
  }
};

template <class Condition>
bool soon(Condition condition, std::chrono::milliseconds within = 5s) {
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
  std::string read_until(std::string_view text, std::chrono::milliseconds within = 5s) {
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
  std::string read_to_end(std::chrono::milliseconds within = 5s) { return read_until({}, within); }
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

int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

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
    CHECK(client.read_to_end(2s).empty());
    CHECK(client.ended());
  }
  SUBCASE("slow header") {
    Client client{server};
    std::string answer;
    client.send("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 20 && !client.ended(); ++i) {
      client.send("X: y\r\n");
      answer += client.read_until("\r\n\r\n", 50ms);
    }
    CHECK(answer.starts_with("HTTP/1.1 408 "));
  }
  SUBCASE("slow body") {
    Client client{server};
    std::string answer;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
    for (int i = 0; i < 20 && !client.ended(); ++i) {
      client.send("x");
      answer += client.read_until("\r\n\r\n", 50ms);
    }
    CHECK(answer.starts_with("HTTP/1.1 408 "));
  }
  SUBCASE("idle keep-alive") {
    Client client{server};
    client.get("/a");
    const auto answer = client.read_to_end(2s);
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
  std::this_thread::sleep_for(450ms);
  const int paused = server.problems;
  CHECK(paused >= 1);
  CHECK(paused <= 6);  // every 100 ms, not in a loop
  client.get("/still");
  CHECK(client.read_until("/still").starts_with("HTTP/1.1 200 OK"));

  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  const std::string_view request = "GET /late HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  CHECK(::send(late, request.data(), request.size(), MSG_NOSIGNAL) > 0);
  std::array<char, 1024> buffer;
  CHECK(::recv(late, buffer.data(), buffer.size(), 0) > 0);
  ::close(late);
}

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
  waker.send("GET /wake HTTP/1.1\r\n");  // a request half sent is under way too
  REQUIRE(soon([&] { return server.seen.waiting == 2; }));
  std::this_thread::sleep_for(50ms);

  server.server->drain();
  CHECK(idle.read_to_end(1s).empty());
  CHECK(idle.ended());
  CHECK(listening.read_to_end(2s).ends_with("0\r\n\r\n"));
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
    return serve(options, [&](boost::asio::io_context&, unsigned) { return std::make_unique<TestHandler>(seen); });
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
    auto server = Server::start(std::move(options),
                                [](boost::asio::io_context&, unsigned) { return std::unique_ptr<http::Handler>{}; });
    return server ? std::string{} : server.error().message;
  };
  const auto port = first.server->port();
  CHECK(start({.port = port}) == "port " + std::to_string(port) + " is in use: stop the other program or set PORT");
  CHECK(start({.address = "localhost"}) == "'localhost' is not an IPv4 or IPv6 address");
  CHECK(start({.loops = 0}) == "at least one loop is needed");
  CHECK_FALSE(
      serve({}, [](boost::asio::io_context&, unsigned) { return std::unique_ptr<http::Handler>{}; }).has_value());
}

TEST_CASE("it listens on IPv6, and one server may hand the port over to the next") {
  auto options = patient_options();
  options.address = "::";
  options.port_sharing = PortSharing::hand_over;
  TestServer first{options};
  Client mapped{first};
  mapped.get("/v4");
  CHECK(mapped.read_until("/v4").starts_with("HTTP/1.1 200 OK"));
  options.port = first.server->port();
  const TestServer second{options};
  first.server->drain();
  mapped.disconnect();
  CHECK(first.server->join().has_value());
  Client client{second};
  client.get("/second");
  CHECK(client.read_until("/second").starts_with("HTTP/1.1 200 OK"));
}

}  // namespace postern
