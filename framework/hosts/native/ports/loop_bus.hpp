// The Bus port over the event loops of one process.
//
//   LoopBusHub hub;                    // one per process; outlives every loop's bus
//   LoopBus bus{hub, io_context};      // one per loop; dies before its loop, on its thread
//
// publish() posts the message to every loop and returns when each has run it. A loop that ends meanwhile counts as
// having seen it: there is nobody left on it to act.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "postern/ports/local_bus.hpp"

namespace postern::native {

class LoopHandle;
class LoopBus;

class LoopBusHub {
 public:
  LoopBusHub() = default;
  LoopBusHub(const LoopBusHub&) = delete;
  LoopBusHub& operator=(const LoopBusHub&) = delete;

 private:
  friend LoopBus;
  // One loop's end: the bus is touched on the loop only, and null once it is gone.
  struct Member {
    std::shared_ptr<LoopHandle> loop;
    LocalBus* bus;
  };
  std::mutex mutex_;
  std::vector<std::shared_ptr<Member>> members_;
};

class LoopBus final : public Bus {
 public:
  LoopBus(LoopBusHub& hub, boost::asio::io_context& loop);
  LoopBus(const LoopBus&) = delete;
  LoopBus& operator=(const LoopBus&) = delete;
  ~LoopBus() override;

  [[nodiscard]] std::unique_ptr<Subscription> subscribe(std::string topic, Subscriber subscriber) override;
  Task<void> publish(std::string topic, std::string key, std::string message) override;
  Task<void> listen(std::string) override { co_return; }

 private:
  class Delivered;

  LoopBusHub& hub_;
  boost::asio::io_context& loop_;
  LocalBus local_;
  std::shared_ptr<LoopBusHub::Member> member_;
};

}  // namespace postern::native
