// What a host gives the core. Each is used by one event loop only; all outlive every request.
#pragma once

#include "postern/ports/bus.hpp"
#include "postern/ports/cache.hpp"
#include "postern/ports/clock.hpp"
#include "postern/ports/crypto.hpp"
#include "postern/ports/fetch.hpp"
#include "postern/ports/log.hpp"
#include "postern/ports/random.hpp"
#include "postern/ports/store.hpp"

namespace postern {

struct Ports {
  Clock& clock;
  Random& random;
  Crypto& crypto;
  Fetch& fetch;
  Store& store;
  Cache& cache;
  Log& log;
  Bus& bus;
};

}  // namespace postern
