// The emulator as a Handler: guards, faults and the call record around the routes. See README.md for what it answers.
//
//   Emulator emulator{settings, clock, random, fetch, std::move(key)};
//   http::Response response = co_await emulator.handle(std::move(request));
//
// One loop, no locks. `clock`, `random` and `fetch` outlive it.
#pragma once

#include "emulators/clerk/world.hpp"
#include "postern/http/message.hpp"
#include "postern/http/router.hpp"
#include "postern/ports/fetch.hpp"

namespace postern::emulator {

class Emulator : public http::Handler {
 public:
  Emulator(Settings settings, Clock& clock, Random& random, Fetch& fetch, SigningKey key);

  Task<http::Response> handle(http::Request request) override;

  [[nodiscard]] World& world() { return world_; }

 private:
  World world_;
  Fetch& fetch_;
  http::Router router_;
};

}  // namespace postern::emulator
