#include "hosts/native/ports/loop_bus.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <coroutine>
#include <optional>
#include <utility>

#include "hosts/native/ports/loop_handle.hpp"

namespace postern::native {
namespace {

// One message on its way, shared by all loops that have yet to run it. The last of them to let go wakes the publisher:
// by destruction, so that a loop which drops the message unread counts too.
class Delivery {
 public:
  using Waiter = std::shared_ptr<std::coroutine_handle<>>;  // the publisher's loop only; null once it was dropped

  Delivery(std::string topic, std::string key, std::string message, std::shared_ptr<LoopHandle> publisher,
           Waiter waiter)
      : topic_(std::move(topic)),
        key_(std::move(key)),
        message_(std::move(message)),
        publisher_(std::move(publisher)),
        waiter_(std::move(waiter)) {}
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;
  ~Delivery() {
    publisher_->post([waiter = std::move(waiter_)] {
      if (auto waiting = std::exchange(*waiter, nullptr)) waiting.resume();
    });
  }

  void to(LocalBus& bus) const { bus.deliver(topic_, key_, message_); }

 private:
  std::string topic_;
  std::string key_;
  std::string message_;
  std::shared_ptr<LoopHandle> publisher_;
  Waiter waiter_;
};

}  // namespace

// Waits until every loop has run the message; keeps the publisher's loop running meanwhile.
class LoopBus::Delivered {
 public:
  Delivered(LoopBus& bus, std::string topic, std::string key, std::string message)
      : bus_(bus), topic_(std::move(topic)), key_(std::move(key)), message_(std::move(message)) {}
  Delivered(const Delivered&) = delete;
  Delivered& operator=(const Delivered&) = delete;
  ~Delivered() { *waiter_ = nullptr; }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    *waiter_ = waiter;
    work_.emplace(bus_.loop_.get_executor());
    const auto delivery = std::make_shared<const Delivery>(std::move(topic_), std::move(key_), std::move(message_),
                                                           bus_.member_->loop, waiter_);
    const std::lock_guard lock{bus_.hub_.mutex_};
    for (const auto& member : bus_.hub_.members_)
      member->loop->post([member, delivery] {
        if (member->bus) delivery->to(*member->bus);
      });
  }
  void await_resume() const noexcept {}

 private:
  LoopBus& bus_;
  std::string topic_;
  std::string key_;
  std::string message_;
  Delivery::Waiter waiter_ = std::make_shared<std::coroutine_handle<>>();
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
};

LoopBus::LoopBus(LoopBusHub& hub, boost::asio::io_context& loop)
    : hub_(hub),
      loop_(loop),
      member_(std::make_shared<LoopBusHub::Member>(std::make_shared<LoopHandle>(loop), &local_)) {
  const std::lock_guard lock{hub_.mutex_};
  hub_.members_.push_back(member_);
}

LoopBus::~LoopBus() {
  member_->bus = nullptr;
  member_->loop->close();
  const std::lock_guard lock{hub_.mutex_};
  std::erase(hub_.members_, member_);
}

std::unique_ptr<Bus::Subscription> LoopBus::subscribe(std::string topic, Subscriber subscriber) {
  return local_.subscribe(std::move(topic), std::move(subscriber));
}

Task<void> LoopBus::publish(std::string topic, std::string key, std::string message) {
  co_await Delivered{*this, std::move(topic), std::move(key), std::move(message)};
}

}  // namespace postern::native
