// The Random port over getrandom(2), some bytes ahead. One loop only; not across a fork, whose child would give the
// same bytes again.
#pragma once

#include "postern/ports/random.hpp"

namespace postern::native {

class OsRandom final : public Random {
 public:
  OsRandom() = default;
  OsRandom(const OsRandom&) = delete;
  OsRandom& operator=(const OsRandom&) = delete;
  ~OsRandom() override;
  [[nodiscard]] std::string bytes(std::size_t count) override;

 private:
  std::string ahead_;  // what has been given out is overwritten at once
  std::size_t next_ = 0;
};

}  // namespace postern::native
