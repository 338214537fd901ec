#include "hosts/native/ports/curl_fetch.hpp"

#include <doctest/doctest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <cstdlib>
#include <format>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/ports/contract/fetch_contract.hpp"

namespace postern::native {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

constexpr auto ignore = [](const std::exception_ptr&) {};

constexpr std::string_view thousand_x_in_gzip{
    "\x1f\x8b\x08\0\0\0\0\0\x02\x03\xab\xa8\x18\x05\xa3\x60\x14\x0c\x77\0\0\xe6\xc9\x41\x3b\xe8\x03\0\0", 29};

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& answer) {
  answer.emplace(co_await std::move(task));
}

// A server that answers fixed bytes by path, on the test's own loop; it keeps the connections open.
class Server {
 public:
  explicit Server(boost::asio::io_context& loop) : acceptor_(loop, {boost::asio::ip::address_v4::loopback(), 0}) {
    accept();
  }
  [[nodiscard]] std::string url(std::string_view path) const {
    return std::format("http://127.0.0.1:{}{}", acceptor_.local_endpoint().port(), path);
  }
  [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }
  void answer(std::string path, std::string bytes) { answers_[std::move(path)] = std::move(bytes); }
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  // Heads as they came.
  std::vector<std::string> heads;

 private:
  struct Connection {
    tcp::socket socket;
    std::string buffer;
  };

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      connections_.push_back(std::make_shared<Connection>(std::move(socket)));
      read(connections_.back());
      accept();
    });
  }
  void read(const std::shared_ptr<Connection>& connection) {
    boost::asio::async_read_until(connection->socket, boost::asio::dynamic_buffer(connection->buffer), "\r\n\r\n",
                                  [this, connection](const boost::system::error_code& error, std::size_t size) {
                                    if (error) return;
                                    const std::string head = connection->buffer.substr(0, size);
                                    connection->buffer.erase(0, size);
                                    read_body(connection, head);
                                  });
  }
  void read_body(const std::shared_ptr<Connection>& connection, const std::string& head) {
    std::size_t length = 0;
    if (const auto at = head.find("Content-Length: "); at != std::string::npos)
      std::from_chars(head.data() + at + 16, head.data() + head.size(), length);
    const std::size_t missing = length - std::min(length, connection->buffer.size());
    boost::asio::async_read(connection->socket, boost::asio::dynamic_buffer(connection->buffer),
                            boost::asio::transfer_exactly(missing),
                            [this, connection, head, length](const boost::system::error_code& error, std::size_t) {
                              if (error) return;
                              const std::string body = connection->buffer.substr(0, length);
                              connection->buffer.erase(0, length);
                              respond(connection, head, body);
                            });
  }
  void respond(const std::shared_ptr<Connection>& connection, const std::string& head, const std::string& body) {
    heads.push_back(head);
    const std::string method = head.substr(0, head.find(' '));
    const std::string target = head.substr(method.size() + 1, head.find(' ', method.size() + 1) - method.size() - 1);
    std::string bytes = answers_[target];
    if (target == "/echo") {
      const std::string echo = method + " " + body;
      bytes = std::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", echo.size(), echo);
    }
    if (!bytes.empty()) {
      auto kept = std::make_shared<std::string>(std::move(bytes));
      boost::asio::async_write(connection->socket, boost::asio::buffer(*kept),
                               [kept, connection](const boost::system::error_code&, std::size_t) {});
    }
    read(connection);
  }

  tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::map<std::string, std::string> answers_;
};

struct CurlFixture {
  boost::asio::io_context loop;
  Server server{loop};
  std::unique_ptr<Fetch> curl = make_curl_fetch(loop, {});

  CurlFixture() {
    server.answer("/hello", "HTTP/1.1 200 OK\r\nX-Test: yes\r\nContent-Length: 5\r\n\r\nhello");
    server.answer("/missing", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    server.answer("/redirect", "HTTP/1.1 302 Found\r\nLocation: /hello\r\nContent-Length: 0\r\n\r\n");
    server.answer("/large", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
    server.answer("/compressed", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 29\r\n\r\n" +
                                     std::string{thousand_x_in_gzip});
  }
  Fetch& fetch() { return *curl; }
  [[nodiscard]] std::string url(std::string_view path) const { return server.url(path); }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> answer;
    const Job job = Job::start(keep(std::move(task), answer), ignore);
    loop.restart();
    while (!job.done()) loop.run_one();
    return *std::move(answer);
  }
  Result<FetchResponse> get(FetchRequest request) { return run(curl->fetch(std::move(request))); }
};

}  // namespace

TEST_CASE("libcurl's fetch keeps the contract") { contract::check_fetch<CurlFixture>(); }

TEST_CASE("a connection is used again, but never for an address that a stranger chose") {
  CurlFixture fixture;
  for (int i = 0; i < 5; ++i) REQUIRE(fixture.get({.url = fixture.url("/hello")}));
  CHECK(fixture.server.connections() == 1);
  const auto refused = fixture.get({.url = fixture.url("/hello"), .destination = Destination::public_only});
  CHECK(refused.error().kind == Error::Kind::invalid);
  CHECK(fixture.server.heads.size() == 5);
}

TEST_CASE("a stranger's URL reaches no special-use address, however it is written") {
  CurlFixture fixture;
  fixture.curl = make_curl_fetch(fixture.loop, {.plain_http = PlainHttp::to_any});
  const unsigned short port = fixture.server.port();
  REQUIRE(fixture.get({.url = fixture.url("/hello")}));  // and the pooled connection does not help
  for (const char* host : {"127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "017700000001", "0.0.0.0",
                           "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "169.254.169.254", "10.0.0.1",
                           "[64:ff9b::7f00:1]", "[fd00::1]"}) {
    CAPTURE(host);
    const auto refused = fixture.get(
        {.url = std::format("http://{}:{}/hello", host, port), .destination = Destination::public_only, .timeout = 2s});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Error::Kind::invalid);
  }
  CHECK(fixture.server.heads.size() == 1);
}

TEST_CASE("a URL that may not be fetched is refused before anything is sent") {
  CurlFixture fixture;
  for (const std::string& url :
       {std::string{}, std::string{"hello"}, std::string{"/hello"}, std::string{"file:///etc/passwd"},
        std::string{"ftp://127.0.0.1/"}, std::string{"gopher://127.0.0.1/"}, std::string{"http://example.com/"},
        std::string{"http://127.0.0.1.example.com/"}, std::string{"https://user:password@example.com/"},
        std::string{"http://"}, std::string{"https://exa mple.com/"}, fixture.url("/hello") + std::string("\0x", 2)}) {
    CAPTURE(url);
    const auto refused = fixture.get({.url = url});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Error::Kind::invalid);
  }
  CHECK(fixture.get({.method = http::Method::other, .url = fixture.url("/hello")}).error().kind ==
        Error::Kind::invalid);
  CHECK(fixture.server.heads.empty());
}

TEST_CASE("what is sent is what was asked, with nothing of libcurl's own but Accept and Accept-Encoding") {
  CurlFixture fixture;
  FetchRequest request{.method = http::Method::post, .url = fixture.url("/echo"), .body = "{}"};
  request.headers.set("Authorization", "Bearer x");
  request.headers.set("X-Empty", "");
  REQUIRE(fixture.get(request));
  const std::string& head = fixture.server.heads.back();
  CHECK(head.contains("Authorization: Bearer x\r\n"));
  CHECK(head.contains("X-Empty:\r\n"));
  CHECK(head.contains("User-Agent: Postern\r\n"));
  CHECK_FALSE(head.contains("Expect"));
  CHECK_FALSE(head.contains("Content-Type"));
  CHECK(head.contains("Accept-Encoding: identity\r\n"));
}

TEST_CASE("the environment's proxy is not used") {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  CurlFixture fixture;
  CHECK(fixture.get({.url = fixture.url("/hello")}));
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
}

TEST_CASE("trailers and interim answers do not become header fields") {
  CurlFixture fixture;
  fixture.server.answer("/chunked",
                        "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "5\r\nhello\r\n0\r\nX-Late: 1\r\n\r\n");
  const auto response = fixture.get({.url = fixture.url("/chunked")});
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->body == "hello");
  CHECK_FALSE(response->headers.find("X-Early"));
  CHECK_FALSE(response->headers.find("X-Late"));
}

TEST_CASE("an endless head or body ends at the limit") {
  CurlFixture fixture;
  fixture.server.answer("/head",
                        "HTTP/1.1 200 OK\r\n" + std::string("X-Long: ") + std::string(90'000, 'x') + "\r\n\r\n");
  fixture.server.answer("/body", "HTTP/1.1 200 OK\r\n\r\n" + std::string(2'000'000, 'x'));
  CHECK(fixture.get({.url = fixture.url("/head")}).error().kind == Error::Kind::limited);
  CHECK(fixture.get({.url = fixture.url("/body"), .response_bytes_max = 5'120}).error().kind == Error::Kind::limited);
}

TEST_CASE("no answer, and rubbish instead of one, are unavailable, and the message keeps the query to itself") {
  CurlFixture fixture;
  fixture.server.answer("/rubbish?code=canary", "no HTTP at all\r\n\r\n");
  const auto rubbish = fixture.get({.url = fixture.url("/rubbish?code=canary")});
  CHECK(rubbish.error().kind == Error::Kind::unavailable);
  CHECK_FALSE(rubbish.error().message.contains("canary"));
  const auto nobody = fixture.get({.url = "http://127.0.0.1:1/?code=canary"});
  CHECK(nobody.error().kind == Error::Kind::unavailable);
  CHECK_FALSE(nobody.error().message.contains("canary"));
}

TEST_CASE("requests under way may all be dropped with the fetch itself") {
  CurlFixture fixture;
  std::vector<std::optional<Result<FetchResponse>>> answers(20);
  std::vector<Job> jobs;
  for (auto& answer : answers)
    jobs.push_back(Job::start(keep(fixture.curl->fetch({.url = fixture.url("/silent")}), answer), ignore));
  fixture.loop.run_for(50ms);
  jobs.clear();
  fixture.loop.poll();
  fixture.curl.reset();
  fixture.loop.poll();
  for (const auto& answer : answers) CHECK_FALSE(answer);
}

}  // namespace postern::native
