#include "hosts/native/server.hpp"

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <format>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "hosts/native/admission.hpp"
#include "hosts/native/loop.hpp"

namespace postern {

namespace {

using boost::asio::ip::tcp;
using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

enum class Reuse { address_only, address_and_port };

Error explain(const boost::system::error_code& error, const tcp::endpoint& endpoint) {
  if (error == boost::asio::error::address_in_use) {
    return {Error::Kind::unavailable,
            std::format("port {} is in use: stop the other program or set PORT", endpoint.port())};
  }
  if (error == boost::asio::error::access_denied) {
    return {Error::Kind::forbidden,
            std::format("port {} may not be opened by this user: set PORT to one above 1023", endpoint.port())};
  }
  return {Error::Kind::unavailable, std::format("cannot listen on {} port {}: {}", endpoint.address().to_string(),
                                                endpoint.port(), error.message())};
}

boost::system::error_code bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, Reuse reuse) {
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error && reuse == Reuse::address_and_port) acceptor.set_option(ReusePort{true}, error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(boost::asio::ip::v6_only{false}, error);
  if (!error) acceptor.bind(endpoint, error);
  return error;
}

class ThreadedServer final : public Server {
 public:
  ThreadedServer(ServeOptions options, MakeHandler make_handler, std::function<void()> on_ended)
      : options_(std::move(options)),
        make_handler_(std::move(make_handler)),
        on_ended_(std::move(on_ended)),
        admission_(options_.connections_max, options_.connections_per_address_max) {}
  ThreadedServer(const ThreadedServer&) = delete;
  ThreadedServer& operator=(const ThreadedServer&) = delete;
  ~ThreadedServer() override {
    stop();
    (void)join();
  }

  Result<void> start();
  [[nodiscard]] std::uint16_t port() const override { return endpoint_.port(); }
  void drain() override {
    for (auto& loop : loops_) boost::asio::post(loop->context(), [&loop = *loop] { loop.drain(); });
  }
  void stop() override {
    for (auto& loop : loops_) loop->context().stop();
  }
  Result<void> join() override;

 private:
  Result<void> listen();
  void run(Loop& loop);

  const ServeOptions options_;
  const MakeHandler make_handler_;
  const std::function<void()> on_ended_;
  Admission admission_;
  tcp::endpoint endpoint_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<unsigned> running_{0};
  std::mutex failure_mutex_;
  Result<void> outcome_;
  std::vector<std::thread> threads_;
};

Result<void> ThreadedServer::start() {
  TRY(listen());
  if (options_.on_listening) options_.on_listening(port());
  running_ = options_.loops;
  for (auto& loop : loops_) threads_.emplace_back([this, &loop = *loop] { run(loop); });
  return {};
}

// SO_REUSEPORT gives each loop its own queue of connections, but would also let a second server join unnoticed: so the
// port is first taken without it.
Result<void> ThreadedServer::listen() {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(options_.address, error);
  if (error) {
    return fail(Error::Kind::invalid, std::format("'{}' is not an IPv4 or IPv6 address", options_.address));
  }
  if (options_.loops == 0) return fail(Error::Kind::invalid, "at least one loop is needed");
  endpoint_ = {address, options_.port};
  if (options_.port != 0) {
    boost::asio::io_context context;
    tcp::acceptor probe{context};
    error = bind(probe, endpoint_, Reuse::address_only);
    if (error) return std::unexpected(explain(error, endpoint_));
  }
  for (unsigned index = 0; index < options_.loops; ++index) {
    auto& loop = *loops_.emplace_back(std::make_unique<Loop>(options_, admission_));
    tcp::acceptor acceptor{loop.context()};
    error = bind(acceptor, endpoint_, Reuse::address_and_port);
    if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) return std::unexpected(explain(error, endpoint_));
    endpoint_ = acceptor.local_endpoint();
    loop.listen_on(std::move(acceptor));
  }
  return {};
}

void ThreadedServer::run(Loop& loop) {
  try {
    loop.run(make_handler_);
  } catch (const std::exception& exception) {
    const std::lock_guard lock{failure_mutex_};
    outcome_ = fail(Error::Kind::internal, exception.what());
    stop();
  }
  if (--running_ == 0 && on_ended_) on_ended_();
}

Result<void> ThreadedServer::join() {
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  return outcome_;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServeOptions options, MakeHandler make_handler,
                                              std::function<void()> on_ended) {
  auto server = std::make_unique<ThreadedServer>(std::move(options), std::move(make_handler), std::move(on_ended));
  TRY(server->start());
  return server;
}

}  // namespace postern
