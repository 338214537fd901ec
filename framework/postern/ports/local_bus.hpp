// A bus of one event loop: publishing calls the loop's own subscribers, at once and in the order they subscribed.
//
//   LocalBus bus;
//   auto subscription = bus.subscribe("grant.revoked", [&](std::string_view, std::string_view id) { seen.insert(id);
//   }); co_await bus.publish("grant.revoked", {}, "g_1");
//
// The whole bus of a host with one loop, and each loop's end of a host with many. A subscriber may subscribe, and may
// end any subscription, its own too; one that comes during a delivery hears the next message. Outlives its
// subscriptions.
#pragma once

#include <cstdint>
#include <map>

#include "postern/ports/bus.hpp"

namespace postern {

class LocalBus final : public Bus {
 public:
  LocalBus() = default;
  LocalBus(const LocalBus&) = delete;
  LocalBus& operator=(const LocalBus&) = delete;

  [[nodiscard]] std::unique_ptr<Subscription> subscribe(std::string topic, Subscriber subscriber) override;
  Task<void> publish(std::string topic, std::string key, std::string message) override;
  Task<void> listen(std::string) override { co_return; }

  // What publish() does, for a host that brings a message from another loop.
  void deliver(std::string_view topic, std::string_view key, std::string_view message);

 private:
  class LocalSubscription;
  struct Entry {
    std::string topic;
    std::shared_ptr<const Subscriber> subscriber;  // shared with a call under way, which may end the subscription
  };
  std::map<std::uint64_t, Entry> entries_;  // by the order they subscribed
  std::uint64_t last_id_ = 0;
};

}  // namespace postern
