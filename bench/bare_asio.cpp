// The floor to compare the listener with: Asio alone, one loop, which reads something and writes a fixed 200. It parses
// nothing but the end of the head, has no time-outs and no limits.
//
//   bare_asio 9001 & wrk -t1 -c64 -d10 http://127.0.0.1:9001/
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

using boost::asio::ip::tcp;

constexpr std::string_view response =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Content-Length: 5\r\n\r\nhello";

struct Session : std::enable_shared_from_this<Session> {
  explicit Session(tcp::socket connected) : socket(std::move(connected)) {}
  void read() {
    socket.async_read_some(boost::asio::buffer(buffer), [self = shared_from_this()](auto error, std::size_t count) {
      if (!error) self->answer({self->buffer.data(), count});
    });
  }
  void answer(std::string_view bytes) {
    if (!bytes.ends_with("\r\n\r\n")) return read();
    boost::asio::async_write(socket, boost::asio::buffer(response),
                             [self = shared_from_this()](auto error, std::size_t) {
                               if (!error) self->read();
                             });
  }
  tcp::socket socket;
  std::array<char, 8 * 1024> buffer;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](auto error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay{true});
      std::make_shared<Session>(std::move(socket))->read();
    }
    accept(acceptor);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
  boost::asio::io_context context{1};
  tcp::acceptor acceptor{context, {boost::asio::ip::address_v4::loopback(), port}};
  accept(acceptor);
  context.run();
}
