// The Clock port of one Asio loop: wall time from the system, waiting by its steady clock.
#pragma once

#include <boost/asio/io_context.hpp>

#include "postern/ports/clock.hpp"

namespace postern::native {

class SystemClock final : public Clock {
 public:
  explicit SystemClock(boost::asio::io_context& loop) : loop_(loop) {}
  [[nodiscard]] TimePoint now() const override;
  Task<void> sleep_for(Duration duration) override;

 private:
  boost::asio::io_context& loop_;
};

}  // namespace postern::native
