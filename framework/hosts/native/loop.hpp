// One event loop: its acceptor, its connections, its handler. Lives and dies on one thread.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <string_view>

#include "hosts/native/admission.hpp"
#include "hosts/native/connection.hpp"
#include "hosts/native/serve.hpp"
#include "postern/http/wire/response_writer.hpp"

namespace postern {

class Loop {
 public:
  Loop(const ServeOptions& options, Admission& admission);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  void listen_on(boost::asio::ip::tcp::acceptor acceptor) { acceptor_ = std::move(acceptor); }

  // Makes the handler and serves until drained or stopped.
  void run(const MakeHandler& make_handler);
  void drain();  // on the loop's thread

  // For its connections.
  [[nodiscard]] const ServeOptions& options() const { return options_; }
  [[nodiscard]] http::Handler& handler() { return *handler_; }
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] SteadyTime streams_end_at() const { return streams_end_at_; }  // never, unless draining
  [[nodiscard]] std::array<char, 32 * 1024>& scratch() { return scratch_; }
  [[nodiscard]] std::string_view date();
  void report(std::string_view event, std::string_view detail) const;
  void report(std::string_view event, const std::exception_ptr& failure) const;
  void forget(Connection::Place place);

 private:
  void accept();
  void on_accept(const boost::system::error_code& error, boost::asio::ip::tcp::socket socket);
  void admit(boost::asio::ip::tcp::socket socket);
  void accept_backlog();
  void keep_ticking();
  void tick();

  const ServeOptions& options_;
  Admission& admission_;
  boost::asio::io_context context_{1};
  boost::asio::ip::tcp::acceptor acceptor_{context_};
  boost::asio::steady_timer ticker_{context_};
  boost::asio::steady_timer accept_pause_{context_};
  std::unique_ptr<http::Handler> handler_;
  std::list<std::shared_ptr<Connection>> connections_;
  http::DateLine date_;
  bool draining_ = false;
  SteadyTime streams_end_at_ = SteadyTime::max();
  SteadyTime requests_end_at_ = SteadyTime::max();
  std::array<char, 32 * 1024> scratch_;
};

}  // namespace postern
