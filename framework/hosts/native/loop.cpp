#include "hosts/native/loop.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace postern {

namespace {

using boost::asio::ip::tcp;
using std::chrono::steady_clock;

constexpr auto accept_pause = std::chrono::milliseconds{100};
constexpr std::string_view overloaded_response =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

// Fine enough for the shortest time-out, coarse enough to cost nothing.
Duration tick_period(const Timeouts& t) {
  const auto shortest =
      std::min({t.header, t.body, t.idle, t.write_stall, t.linger, t.drain_requests, t.drain_streams});
  return std::clamp<Duration>(shortest / 4, std::chrono::milliseconds{10}, std::chrono::milliseconds{500});
}

bool out_of_resources(const boost::system::error_code& error) {
  namespace errc = boost::system::errc;
  return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
         error == errc::no_buffer_space || error == errc::not_enough_memory;
}

std::string text_of(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

Loop::Loop(const ServeOptions& options, Admission& admission) : options_(options), admission_(admission) {}

Loop::~Loop() = default;

void Loop::run(const MakeHandler& make_handler) {
  handler_ = make_handler(context_);
  if (!handler_) throw std::runtime_error("no handler was made");
  accept();
  keep_ticking();
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (...) {  // a port's completion handler; connections contain their own
      report("loop.failed", std::current_exception());
    }
  }
  const auto left = connections_;
  for (const auto& connection : left) connection->close();
  boost::system::error_code ignored;
  acceptor_.close(ignored);  // the handler may run the loop for a moment while it goes, and is there for nobody
  handler_.reset();
}

void Loop::drain() {
  if (std::exchange(draining_, true)) return;
  const auto now = steady_clock::now();
  streams_end_at_ = now + options_.timeouts.drain_streams;
  requests_end_at_ = now + options_.timeouts.drain_requests;
  accept_backlog();
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  const auto present = connections_;  // a copy: closing one changes the list
  for (const auto& connection : present) connection->drain(now);
  if (connections_.empty()) context_.stop();
}

// Those the kernel has already greeted on our behalf; closing the listener would reset them.
void Loop::accept_backlog() {
  boost::system::error_code error;
  acceptor_.non_blocking(true, error);
  while (!error) {
    auto socket = acceptor_.accept(error);
    if (!error) admit(std::move(socket));
  }
}

void Loop::accept() {
  acceptor_.async_accept(
      [this](const boost::system::error_code& error, tcp::socket socket) { on_accept(error, std::move(socket)); });
}

void Loop::on_accept(const boost::system::error_code& error, tcp::socket socket) {
  if (!acceptor_.is_open() || error == boost::asio::error::operation_aborted) return;
  if (out_of_resources(error)) {  // the connection waits in the kernel; asking again at once would only spin
    report("accept.paused", error.message());
    accept_pause_.expires_after(accept_pause);
    accept_pause_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled && acceptor_.is_open()) accept();
    });
    return;
  }
  if (!error) admit(std::move(socket));
  accept();
}

void Loop::admit(tcp::socket socket) {
  try {
    boost::system::error_code error;
    const auto peer = socket.remote_endpoint(error).address();
    if (!error) socket.non_blocking(true, error);
    if (!error) socket.set_option(tcp::no_delay{true}, error);
    if (error) return;  // gone already
    auto ticket = admission_.admit(peer);
    if (!ticket) {
      socket.write_some(boost::asio::buffer(overloaded_response), error);
      return;
    }
    connections_.push_back(std::make_shared<Connection>(*this, std::move(socket), text_of(peer), *std::move(ticket)));
    const auto connection = connections_.back();
    connection->start(std::prev(connections_.end()));
  } catch (...) {
    report("accept.failed", std::current_exception());
  }
}

void Loop::forget(Connection::Place place) {
  connections_.erase(place);
  if (draining_ && connections_.empty()) context_.stop();
}

// One timer for all deadlines: setting one is a store, not an operation on a heap.
void Loop::keep_ticking() {
  ticker_.expires_after(tick_period(options_.timeouts));
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    keep_ticking();
    tick();
  });
}

void Loop::tick() {
  const auto now = steady_clock::now();
  std::vector<std::shared_ptr<Connection>> due;
  for (const auto& connection : connections_) {
    if (now >= requests_end_at_ || connection->due(now)) due.push_back(connection);
  }
  for (const auto& connection : due) {
    now >= requests_end_at_ ? connection->close() : connection->check_deadline(now);
  }
}

std::string_view Loop::date() { return date_.at(std::chrono::floor<Duration>(std::chrono::system_clock::now())); }

void Loop::report(std::string_view event, std::string_view detail) const {
  if (options_.on_problem) options_.on_problem(event, detail);
}

void Loop::report(std::string_view event, const std::exception_ptr& failure) const {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    report(event, std::string_view{exception.what()});
  } catch (...) {
    report(event, std::string_view{"an exception of unknown type"});
  }
}

}  // namespace postern
