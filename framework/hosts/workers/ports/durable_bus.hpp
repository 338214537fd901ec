// The Bus port over Durable Objects, one for each key, which connect the instances: shim/bus.mjs has the other half.
//
// An instance hears itself at once, and others while a request of its listens to the key. What cannot be reached hears
// nothing: the bus is at most once, and the store has the truth.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "hosts/workers/operation.hpp"
#include "postern/ports/local_bus.hpp"

namespace postern::workers {

class DurableBus final : public Bus {
 public:
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(std::string topic, Subscriber subscriber) override {
    return local_.subscribe(std::move(topic), std::move(subscriber));
  }
  Task<void> publish(std::string topic, std::string key, std::string message) override {
    local_.deliver(topic, key, message);
    if (key.empty()) co_return;
    RecordWriter record;
    record.text(key);
    record.text(topic);
    record.text(message);
    (void)co_await Operation{OperationKind::publish, std::move(record)};
  }
  Task<void> listen(std::string key) override {
    RecordWriter record;
    record.text(key);
    (void)co_await Operation{OperationKind::listen, std::move(record)};
  }

  // What another instance has published.
  void hear(std::string_view topic, std::string_view key, std::string_view message) {
    local_.deliver(topic, key, message);
  }

 private:
  LocalBus local_;
};

}  // namespace postern::workers
