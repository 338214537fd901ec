// The emulator as a Handler: guards, faults and the call record around the routes. See README.md for what it answers.
//
//   Emulator emulator{settings, clock, random, std::move(key)};
//   http::Response response = co_await emulator.handle(std::move(request));
//
// One loop, no locks. `clock` and `random` outlive it.
#pragma once

#include "emulators/clerk/world.hpp"
#include "postern/http/message.hpp"
#include "postern/http/router.hpp"

namespace postern::emulator {

class Emulator : public http::Handler {
 public:
  Emulator(Settings settings, Clock& clock, Random& random, SigningKey key);

  Task<http::Response> handle(http::Request request) override;

  [[nodiscard]] World& world() { return world_; }

 private:
  World world_;
  http::Router router_;
};

}  // namespace postern::emulator
