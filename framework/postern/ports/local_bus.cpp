#include "postern/ports/local_bus.hpp"

#include <utility>

namespace postern {

class LocalBus::LocalSubscription final : public Bus::Subscription {
 public:
  LocalSubscription(LocalBus& bus, std::uint64_t id) : bus_(bus), id_(id) {}
  LocalSubscription(const LocalSubscription&) = delete;
  LocalSubscription& operator=(const LocalSubscription&) = delete;
  ~LocalSubscription() override { bus_.entries_.erase(id_); }

 private:
  LocalBus& bus_;
  std::uint64_t id_;
};

std::unique_ptr<Bus::Subscription> LocalBus::subscribe(std::string topic, Subscriber subscriber) {
  const std::uint64_t id = ++last_id_;
  entries_.emplace(id, Entry{std::move(topic), std::make_shared<const Subscriber>(std::move(subscriber))});
  return std::make_unique<LocalSubscription>(*this, id);
}

Task<void> LocalBus::publish(std::string topic, std::string key, std::string message) {
  deliver(topic, key, message);
  co_return;
}

void LocalBus::deliver(std::string_view topic, std::string_view key, std::string_view message) {
  const std::uint64_t last = last_id_;
  // Looks its place up again after each call, since a subscriber may have changed the map.
  for (auto next = entries_.begin(); next != entries_.end() && next->first <= last;) {
    const std::uint64_t id = next->first;
    if (next->second.topic == topic) {
      const auto subscriber = next->second.subscriber;
      (*subscriber)(key, message);
    }
    next = entries_.upper_bound(id);
  }
}

}  // namespace postern
