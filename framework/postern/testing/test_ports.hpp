// All ports for a test: everything fake and still, but the cryptography, which is the native host's.
//
//   TestPorts test;
//   test.fetch.when("https://api.clerk.test/v1/jwks").answer(200, jwks);
//   mcp::Endpoint endpoint{app, test.ports, ...};
//   test.clock.advance(10min);
//
// Must outlive what it is given to.
#pragma once

#include <memory>

#include "postern/ports/local_bus.hpp"
#include "postern/ports/memory_cache.hpp"
#include "postern/ports/ports.hpp"
#include "postern/testing/manual_clock.hpp"
#include "postern/testing/memory_store.hpp"
#include "postern/testing/recording_log.hpp"
#include "postern/testing/scripted_fetch.hpp"
#include "postern/testing/seeded_random.hpp"

namespace postern::testing {

class TestPorts {
  std::unique_ptr<Crypto> owned_crypto_;  // first: `crypto` refers to it

 public:
  TestPorts();
  TestPorts(const TestPorts&) = delete;
  TestPorts& operator=(const TestPorts&) = delete;

  Crypto& crypto;
  ManualClock clock;
  SeededRandom random;
  MemoryStore store{clock};
  MemoryCache cache{clock};
  ScriptedFetch fetch{clock};
  RecordingLog log;
  LocalBus bus;

  Ports ports{clock, random, crypto, fetch, store, cache, log, bus};
};

}  // namespace postern::testing
