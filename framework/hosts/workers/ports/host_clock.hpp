// The Clock port over the shim's. In workerd time stands still while code runs, and goes on with each wait.
#pragma once

#include "hosts/workers/host.hpp"
#include "hosts/workers/operation.hpp"
#include "postern/ports/clock.hpp"

namespace postern::workers {

class HostClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    return TimePoint{Duration{static_cast<Duration::rep>(host::host_now())}};
  }
  Task<void> sleep_for(Duration duration) override {
    if (duration <= Duration::zero()) co_return;
    RecordWriter record;
    record.number(static_cast<double>(duration.count()));
    (void)co_await Operation{OperationKind::sleep, std::move(record)};
  }
};

}  // namespace postern::workers
