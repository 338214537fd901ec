// Short messages to every instance of the server that runs this moment: the other event loops of the process natively.
//
//   auto subscription = bus.subscribe("grant.revoked", [this](std::string_view id) { revoked_.insert(id); });
//   co_await bus.publish("grant.revoked", grant_id);      // returns when every loop has seen it
//
// For what must be known at once everywhere and is also written down (the Store has the truth; the bus only says
// "look"). At most once, not durable: an instance that starts later reads the Store. A subscriber runs on its own loop,
// must not wait, and also hears what its own loop publishes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "postern/base/task.hpp"

namespace postern {

class Bus {
 public:
  using Subscriber = std::function<void(std::string_view message)>;
  // Ends the subscription when destroyed.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };

  virtual ~Bus() = default;
  [[nodiscard]] virtual std::unique_ptr<Subscription> subscribe(std::string topic, Subscriber subscriber) = 0;
  virtual Task<void> publish(std::string topic, std::string message) = 0;
};

}  // namespace postern
