// The Random port over crypto.getRandomValues.
#pragma once

#include "hosts/workers/host.hpp"
#include "postern/ports/random.hpp"

namespace postern::workers {

class HostRandom final : public Random {
 public:
  [[nodiscard]] std::string bytes(std::size_t count) override {
    std::string bytes(count, '\0');
    host::host_random(bytes.data(), bytes.size());
    return bytes;
  }
};

}  // namespace postern::workers
