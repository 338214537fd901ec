// The native listener: HTTP/1.1 on one event loop per thread, until the process is asked to stop.
//
//   ServeOptions options{.address = "127.0.0.1", .port = 8788};
//   auto ended = serve(options, [](boost::asio::io_context& loop) { return std::make_unique<MyHandler>(loop); });
//   if (!ended) std::println(stderr, "{}", ended.error().message);   // "port 8788 is in use: ..."
//
// The handler is made, used and destroyed on its loop's thread, and sees no other: nothing in a request takes a lock.
// On SIGTERM or SIGINT the listener closes, requests under way are finished, streams are ended, and serve() returns;
// a second signal ends it at once. Plain HTTP: TLS is the proxy's in front, and so are per-client limits if every
// connection comes from that proxy (set connections_per_address_max to connections_max then).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "postern/base/limits.hpp"
#include "postern/base/result.hpp"
#include "postern/base/time.hpp"
#include "postern/http/message.hpp"

namespace boost::asio {
class io_context;
}

namespace postern {

// How long a peer may take (security.md threat 35).
struct Timeouts {
  Duration header = std::chrono::seconds{10};       // from the first byte of a request, or the connection, to its body
  Duration body = std::chrono::seconds{30};         // and then a second for each KiB that came
  Duration idle = std::chrono::seconds{60};         // between two requests
  Duration write_stall = std::chrono::seconds{30};  // without taking a byte of a response
  Duration linger = std::chrono::seconds{2};        // to read the answer that ends a connection
  Duration drain_requests = std::chrono::seconds{25};
  Duration drain_streams = std::chrono::seconds{2};
};

struct ServeOptions {
  std::string address = "127.0.0.1";  // an IPv4 or IPv6 address, not a name; "::" is both
  std::uint16_t port = 0;             // 0: any free one, told to on_listening
  unsigned loops = 1;
  std::size_t connections_max = 18'000;
  std::size_t connections_per_address_max = 256;  // an IPv6 /64 counts as one address
  std::size_t body_bytes_max = limits::body_bytes_max;
  Timeouts timeouts{};
  std::function<void(std::uint16_t port)> on_listening{};
  // What went wrong inside: an exception that a handler let out, a failing accept. Called on any loop's thread.
  std::function<void(std::string_view event, std::string_view detail)> on_problem{};
};

using MakeHandler = std::function<std::unique_ptr<http::Handler>(boost::asio::io_context& loop)>;

// Blocks. An error means that it did not start: the address is bad or taken, or a handler could not be made.
[[nodiscard]] Result<void> serve(const ServeOptions& options, MakeHandler make_handler);

}  // namespace postern
