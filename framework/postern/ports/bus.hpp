// Short messages to every instance of the server that runs this moment: the other event loops of the process natively.
//
//   auto subscription = bus.subscribe("mcp.session", [this](std::string_view key, std::string_view record) { ... });
//   co_await bus.publish("mcp.session", session_key, record);      // returns when every loop has seen it
//
// For what must be known at once everywhere and is also written down (the Store has the truth; the bus only says
// "look"). At most once, not durable: an instance that starts later reads the Store. A subscriber runs on its own loop,
// must not wait, and also hears what its own loop publishes.
//
// A message is about somebody, whom its key names. The event loops of a process all hear each other. Where instances
// are many and know nothing of one another (Workers), each hears what is about those that its requests listen to, and
// of what has no key nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "postern/base/task.hpp"

namespace postern {

// A topic: what this account (the key) may do has changed, and tokens that say what was are not taken any more.
inline constexpr std::string_view rights_changed = "rights.changed";

class Bus {
 public:
  using Subscriber = std::function<void(std::string_view key, std::string_view message)>;
  // Ends the subscription when destroyed.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };

  virtual ~Bus() = default;
  [[nodiscard]] virtual std::unique_ptr<Subscription> subscribe(std::string topic, Subscriber subscriber) = 0;
  virtual Task<void> publish(std::string topic, std::string key, std::string message) = 0;
  // From when it returns until the request that waits for it has ended, this instance hears what is about `key`. Best
  // effort: a connection that breaks is made again, and what was said meanwhile is lost.
  virtual Task<void> listen(std::string key) = 0;
};

}  // namespace postern
