// A running listener that the program stops by itself: serve() without the signals. For tests and emulators.
//
//   TRY(auto server, Server::start(options, make_handler));
//   connect_to(server->port());
//   server->drain();   // stop accepting, finish what is under way ...
//   server->join();    // ... and wait for that
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "hosts/native/serve.hpp"

namespace postern {

class Server {
 public:
  // `on_ended` is called once, on a loop's thread, when the last loop has ended.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServeOptions options, MakeHandler make_handler,
                                                             std::function<void()> on_ended = {});
  virtual ~Server() = default;  // stops and joins

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  virtual void drain() = 0;  // from any thread, any number of times
  virtual void stop() = 0;   // from any thread: every connection is dropped
  // Waits for the end. An error if a handler could not be made.
  virtual Result<void> join() = 0;
};

}  // namespace postern
