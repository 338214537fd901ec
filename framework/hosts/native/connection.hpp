// One client's connection: a coroutine that reads a request, awaits the handler, writes the response, and again.
//
//   auto connection = std::make_shared<Connection>(loop, std::move(socket), std::move(ticket));
//   connection->start();     // the loop owns it until it calls loop.forget(*this)
//
// The whole life is run(): reading it top to bottom is reading what happens on the wire. Everything runs inside one
// Job, so dropping the Job ends it all: the handler, its stream, a write half done. That is what happens when the
// client goes away (end of file or reset, also while the handler runs), when a deadline passes, and when the loop ends.
//
// An idle connection holds no buffer: it waits for readiness, and reads into the loop's scratch buffer.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <coroutine>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hosts/native/admission.hpp"
#include "hosts/native/serve.hpp"
#include "postern/base/task.hpp"
#include "postern/http/wire/request_parser.hpp"
#include "postern/http/wire/response_writer.hpp"

namespace postern {

class Loop;
using SteadyTime = std::chrono::steady_clock::time_point;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Place = std::list<std::shared_ptr<Connection>>::iterator;  // in the loop's list

  Connection(Loop& loop, boost::asio::ip::tcp::socket socket, std::string peer_address, Admission::Ticket ticket);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  void start(Place place);
  [[nodiscard]] bool due(SteadyTime now) const { return now >= deadline_; }
  // The loop's tick: acts if the deadline has passed.
  void check_deadline(SteadyTime now);
  // The server stops: ends at once if nothing is under way, else lets it finish.
  void drain(SteadyTime now);
  void close();

 private:
  enum class Phase { fresh, idle, head, body, handling, streaming, writing, lingering };
  enum class Received { request, refused, timed_out, gone };
  enum class Written { all, partly, failed };
  struct Buffers {
    std::string_view first{}, second{}, third{};
  };
  class Ready;

  Task<void> run();
  Task<Received> receive();
  Task<Written> answer();
  Task<Written> send(Buffers buffers);
  Task<Written> send_stream(http::BodyStream& stream, http::BodyFraming framing);
  Task<void> refuse(int status);
  Task<void> linger();

  [[nodiscard]] bool read_now(std::string_view& bytes);
  [[nodiscard]] Written write_now(Buffers& buffers);
  [[nodiscard]] http::RequestParser::Progress feed(std::string_view bytes);
  void enter(Phase phase);
  void enter_reading();
  void watch_read();
  void watch_write();
  void on_readable();
  void end_stream();
  template <class Action>
  void contain(Action action);

  Loop& loop_;
  boost::asio::ip::tcp::socket socket_;
  std::string peer_address_;
  std::optional<Admission::Ticket> ticket_;
  Place place_;
  http::RequestParser parser_;
  std::string pending_;  // read, but not yet parsed: the start of the next request
  http::Persistence persistence_ = http::Persistence::keep_alive;
  Phase phase_ = Phase::fresh;
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime body_began_;
  std::string head_;             // of the response being sent
  std::string_view stream_end_;  // what ends the body of the stream being sent
  bool timed_out_ = false;
  bool closed_ = false;
  bool watching_read_ = false;
  bool watching_write_ = false;
  std::coroutine_handle<> reader_;  // run(), when it waits for bytes
  std::coroutine_handle<> writer_;  // run(), when it waits for room
  Job job_;                         // last: its frames use all the above
};

}  // namespace postern
