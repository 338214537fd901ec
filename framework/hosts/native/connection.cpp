#include "hosts/native/connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <exception>
#include <new>
#include <utility>

#include "hosts/native/loop.hpp"

namespace postern {

namespace {

using Socket = boost::asio::ip::tcp::socket;
using std::chrono::steady_clock;

constexpr std::size_t pipelined_bytes_max = 32 * 1024;        // read ahead while a request is answered
constexpr std::size_t lingering_bytes_max = 2 * 1024 * 1024;  // taken and thrown away before closing

}  // namespace

// Waits until the socket can be read or written. Dropping it takes the waiter back; the watch may stay.
class Connection::Ready {
 public:
  Ready(std::coroutine_handle<>& waiter, Connection& connection, void (Connection::*watch)())
      : waiter_(waiter), connection_(connection), watch_(watch) {}
  Ready(const Ready&) = delete;
  Ready& operator=(const Ready&) = delete;
  ~Ready() { waiter_ = {}; }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    waiter_ = waiter;
    (connection_.*watch_)();
  }
  void await_resume() const noexcept {}

 private:
  std::coroutine_handle<>& waiter_;
  Connection& connection_;
  void (Connection::*watch_)();
};

Connection::Connection(Loop& loop, Socket socket, std::string peer_address, Admission::Ticket ticket)
    : loop_(loop),
      socket_(std::move(socket)),
      peer_address_(std::move(peer_address)),
      ticket_(std::move(ticket)),
      parser_(loop.options().body_bytes_max) {}

void Connection::start(Place place) {
  place_ = place;
  enter(Phase::fresh);
  job_ = Job::prepare(run(), [this](const std::exception_ptr& failure) {
    if (failure) loop_.report("connection.failed", failure);
    close();
  });
  job_.resume();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();  // forget() may drop the last other owner
  job_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  ticket_.reset();
  loop_.forget(place_);
}

// The life of a connection.
Task<void> Connection::run() {
  while (true) {
    switch (co_await receive()) {
      case Received::request:
        break;
      case Received::refused:
        co_return co_await refuse(parser_.refusal().status);
      case Received::timed_out:
        co_return co_await refuse(408);
      case Received::gone:
        co_return;
    }
    if (co_await answer() == Written::failed) co_return;
    if (persistence_ == http::Persistence::close) co_return co_await linger();
    enter(Phase::idle);
  }
}

Task<Connection::Received> Connection::receive() {
  auto progress = http::RequestParser::Progress::need_more;
  if (!pending_.empty()) {
    progress = feed(std::exchange(pending_, {}));
    watch_read();  // it paused if `pending_` was full
  }
  while (progress == http::RequestParser::Progress::need_more) {
    if (parser_.take_continue() && co_await send({http::continue_response}) == Written::failed)
      co_return Received::gone;
    enter_reading();
    co_await Ready{reader_, *this, &Connection::watch_read};
    if (timed_out_) co_return Received::timed_out;
    std::string_view bytes;
    if (!read_now(bytes)) co_return Received::gone;
    progress = feed(bytes);
  }
  co_return progress == http::RequestParser::Progress::complete ? Received::request : Received::refused;
}

Task<Connection::Written> Connection::answer() {
  enter(Phase::handling);
  http::HeadOptions options{.version = parser_.version()};
  persistence_ = parser_.persistence();
  http::Request request = parser_.take();
  request.peer_address = peer_address_;
  options.method = request.method;

  Task<http::Response> handling;  // owns the request, so it must outlive the response's stream
  http::Response response;
  try {
    handling = loop_.handler().handle(std::move(request));
    response = co_await std::move(handling);
  } catch (const std::bad_alloc&) {
    response = http::Response{.status = 503};
    persistence_ = http::Persistence::close;
  } catch (...) {
    loop_.report("handler.failed", std::current_exception());
    response = http::Response{.status = 500};
    persistence_ = http::Persistence::close;
  }
  if (loop_.draining()) persistence_ = http::Persistence::close;
  if (response.stream && options.version == http::Version::http_1_0) persistence_ = http::Persistence::close;

  options.persistence = persistence_;
  options.date = loop_.date();
  head_.clear();
  const auto framing = http::append_head(head_, response, options);
  Buffers buffers{head_, framing == http::BodyFraming::whole ? std::string_view{response.body} : std::string_view{}};
  auto written = write_now(buffers);
  if (written == Written::partly) written = co_await send(buffers);
  if (written == Written::failed) co_return written;
  if (framing == http::BodyFraming::chunked || framing == http::BodyFraming::until_close) {
    written = co_await send_stream(*response.stream, framing);
  }
  co_return written;
}

Task<Connection::Written> Connection::send(Buffers buffers) {
  auto written = write_now(buffers);
  while (written == Written::partly) {
    enter(Phase::writing);
    co_await Ready{writer_, *this, &Connection::watch_write};
    written = write_now(buffers);
  }
  co_return written;
}

// Each piece is on its way before the next is asked for: that is the back-pressure. An exception of the stream ends the
// connection without the last chunk, so the client knows that the body is not whole.
Task<Connection::Written> Connection::send_stream(http::BodyStream& stream, http::BodyFraming framing) {
  const bool chunked = framing == http::BodyFraming::chunked;
  stream_end_ = chunked ? http::last_chunk : std::string_view{};
  while (true) {
    enter(Phase::streaming);
    const std::optional<std::string> piece = co_await stream.next();
    if (!piece) break;
    if (piece->empty()) continue;  // an empty chunk would end the body
    const std::string size = chunked ? http::chunk_size_line(piece->size()) : std::string{};
    if (co_await send({size, *piece, chunked ? http::chunk_end : std::string_view{}}) == Written::failed) {
      co_return Written::failed;
    }
  }
  co_return co_await send({stream_end_});
}

// Closing with bytes unread would reset the connection, and the answer might be lost with it (RFC 9112 sec. 9.6).
Task<void> Connection::refuse(int status) {
  head_.clear();
  (void)http::append_head(head_, http::Response{.status = status},
                          {.persistence = http::Persistence::close, .date = loop_.date()});
  if (co_await send({head_}) == Written::all) co_await linger();
}

Task<void> Connection::linger() {
  boost::system::error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  if (error) co_return;
  enter(Phase::lingering);
  std::size_t discarded = 0;
  std::string_view bytes;
  while (discarded < lingering_bytes_max) {
    co_await Ready{reader_, *this, &Connection::watch_read};
    if (!read_now(bytes)) co_return;
    discarded += bytes.size();
  }
}

// What has come, in the loop's scratch buffer; empty if nothing has. False if the client is gone.
bool Connection::read_now(std::string_view& bytes) {
  boost::system::error_code error;
  auto& scratch = loop_.scratch();
  const auto count = socket_.read_some(boost::asio::buffer(scratch), error);
  bytes = {scratch.data(), count};
  return !error || error == boost::asio::error::would_block || error == boost::asio::error::interrupted;
}

Connection::Written Connection::write_now(Buffers& buffers) {
  const std::array<std::string_view*, 3> parts = {&buffers.first, &buffers.second, &buffers.third};
  while (!std::ranges::all_of(parts, [](const auto* part) { return part->empty(); })) {
    const std::array<boost::asio::const_buffer, 3> vectors = {
        boost::asio::buffer(buffers.first), boost::asio::buffer(buffers.second), boost::asio::buffer(buffers.third)};
    boost::system::error_code error;
    auto count = socket_.write_some(vectors, error);
    if (error == boost::asio::error::would_block) return Written::partly;
    if (error) return Written::failed;
    for (auto* part : parts) {
      const auto step = std::min(count, part->size());
      part->remove_prefix(step);
      count -= step;
    }
  }
  return Written::all;
}

http::RequestParser::Progress Connection::feed(std::string_view bytes) {
  const auto progress = parser_.feed(bytes);
  if (progress == http::RequestParser::Progress::complete) pending_.assign(bytes);
  return progress;
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  const Timeouts& timeouts = loop_.options().timeouts;
  switch (phase) {
    case Phase::fresh:
    case Phase::head:
      deadline_ = steady_clock::now() + timeouts.header;
      return;
    case Phase::idle:
      deadline_ = steady_clock::now() + timeouts.idle;
      return;
    case Phase::body:
      body_began_ = steady_clock::now();
      deadline_ = body_began_ + timeouts.body;
      return;
    case Phase::writing:
      deadline_ = steady_clock::now() + timeouts.write_stall;
      return;
    case Phase::lingering:
      deadline_ = steady_clock::now() + timeouts.linger;
      return;
    case Phase::handling:
      deadline_ = SteadyTime::max();
      return;
    case Phase::streaming:
      deadline_ = loop_.streams_end_at();
      return;
  }
}

// Which deadline holds while the next bytes are awaited.
void Connection::enter_reading() {
  if (parser_.reading_body()) {
    if (phase_ != Phase::body) enter(Phase::body);
    deadline_ = body_began_ + loop_.options().timeouts.body + std::chrono::seconds{parser_.body_bytes() / 1024};
  } else if (!parser_.idle() && phase_ == Phase::idle) {
    enter(Phase::head);
  } else if (!parser_.idle()) {
    phase_ = Phase::head;  // the first request has its deadline from the accept
  }
}

void Connection::check_deadline(SteadyTime now) {
  if (closed_ || now < deadline_) return;
  switch (phase_) {
    case Phase::head:
    case Phase::body:
      timed_out_ = true;
      deadline_ = SteadyTime::max();
      contain([this] {
        if (reader_) std::exchange(reader_, {}).resume();
      });
      return;
    case Phase::streaming:
      return end_stream();
    case Phase::fresh:
    case Phase::idle:
    case Phase::writing:
    case Phase::lingering:
      return close();
    case Phase::handling:
      return;
  }
}

void Connection::drain(SteadyTime now) {
  if (closed_) return;
  if (phase_ == Phase::idle) return close();
  if (phase_ == Phase::streaming) deadline_ = loop_.streams_end_at();
  // Its request may be on the way: the connection came before the listener closed.
  if (phase_ == Phase::fresh) deadline_ = std::min(deadline_, now + std::chrono::seconds{1});
}

// Between two pieces, so the body can be given its proper end.
void Connection::end_stream() {
  job_.cancel();
  Buffers buffers{stream_end_};
  (void)write_now(buffers);
  close();
}

void Connection::watch_read() {
  if (closed_ || std::exchange(watching_read_, true)) return;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const boost::system::error_code&) {
    self->watching_read_ = false;
    if (!self->closed_) self->contain([&self] { self->on_readable(); });
  });
}

// Somebody always listens while a request is answered: it is how a client that goes away is noticed.
void Connection::on_readable() {
  if (reader_) {
    std::exchange(reader_, {}).resume();
  } else {
    std::string_view bytes;
    if (!read_now(bytes)) return close();
    pending_.append(bytes);
  }
  if (!closed_ && !reader_ && pending_.size() < pipelined_bytes_max) watch_read();
}

void Connection::watch_write() {
  if (closed_ || std::exchange(watching_write_, true)) return;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const boost::system::error_code&) {
    self->watching_write_ = false;
    if (self->closed_) return;
    self->contain([&self] {
      if (self->writer_) std::exchange(self->writer_, {}).resume();
    });
  });
}

// No exception crosses into the event loop (threat 49): it costs this connection and no other.
template <class Action>
void Connection::contain(Action action) {
  try {
    action();
  } catch (...) {
    loop_.report("connection.failed", std::current_exception());
    close();
  }
}

}  // namespace postern
