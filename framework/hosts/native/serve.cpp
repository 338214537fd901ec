#include "hosts/native/serve.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <utility>

#include "hosts/native/server.hpp"

namespace postern {

Result<void> serve(const ServeOptions& options, MakeHandler make_handler) {
  boost::asio::io_context context{1};
  boost::asio::signal_set signals{context, SIGTERM, SIGINT};
  TRY(auto server, Server::start(options, std::move(make_handler),
                                 [&context] { boost::asio::post(context, [&] { context.stop(); }); }));
  signals.async_wait([&](const boost::system::error_code&, int) {
    server->drain();
    signals.async_wait([&](const boost::system::error_code&, int) { server->stop(); });
  });
  context.run();
  return server->join();
}

}  // namespace postern
