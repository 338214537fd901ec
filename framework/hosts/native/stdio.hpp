// MCP over standard input and output: one JSON-RPC message a line, for a client that starts the server as a process of
// its own (2026-07-28, basic/transports/stdio; 2025-11-25, basic/transports, stdio).
//
//   Stdio stdio{loop, ports.clock, [&](http::Request& request) { return server.handle_as(request, caller); }};
//   co_await stdio.run(STDIN_FILENO, STDOUT_FILENO);
//
// Each line goes to the MCP endpoint as a POST would, and what comes back, a body or the events of a stream, is written
// line by line. The session that `initialize` opens is carried along, and its standalone stream is kept open. Requests
// run side by side; `notifications/cancelled` drops one, and nothing more is heard of it.
//
// run() ends when the input does, once all that is under way was answered or after two seconds, or when nobody reads
// the output. A line over limits::body_bytes_max is answered with an error; a reader that is slow holds up what writes.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/http/message.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/ports/clock.hpp"

namespace postern::native {

class Stdio {
 public:
  // The MCP endpoint for the one who is at the other end. The request lives until the response's stream is gone.
  using Endpoint = std::function<Task<http::Response>(http::Request& request)>;

  Stdio(boost::asio::io_context& loop, Clock& clock, Endpoint endpoint);
  Stdio(const Stdio&) = delete;
  Stdio& operator=(const Stdio&) = delete;
  ~Stdio();

  // Once. Both stay open. Errors: one of them cannot be waited for, as a file cannot.
  Task<Result<void>> run(int input, int output);

 private:
  // A message under way.
  struct Exchange {
    std::optional<mcp::rpc::Id> id;  // of a request
    http::Request request;
    Job job;
  };

  void read();
  void take(std::string_view bytes);
  void take_line(std::string line);
  void start(std::optional<mcp::rpc::Id> id, std::string message);
  void cancel(const mcp::rpc::Id& id);
  [[nodiscard]] http::Request request_for(http::Method method, std::string message) const;
  Task<void> carry(Exchange& exchange);
  Task<void> listen();
  Task<void> relay(http::Response& response);
  Task<void> write(std::string line);
  void flush();
  Task<void> idle();

  Clock& clock_;
  Endpoint endpoint_;
  boost::asio::posix::stream_descriptor input_;
  boost::asio::posix::stream_descriptor output_;

  std::array<char, 64 * 1024> chunk_;
  std::string line_;
  bool line_too_long_ = false;
  bool reading_ = false;
  bool over_ = false;  // nothing more comes, or nobody reads

  std::string waiting_;  // to be written
  std::string leaving_;  // being written
  WaitList changed_;

  std::string session_id_;
  Job listening_;
  std::list<Exchange> exchanges_;
};

}  // namespace postern::native
