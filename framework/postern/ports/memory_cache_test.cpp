#include "postern/ports/memory_cache.hpp"

#include <doctest/doctest.h>

#include "postern/ports/contract/cache_contract.hpp"
#include "postern/testing/manual_clock.hpp"

namespace postern {
namespace {

using namespace std::chrono_literals;

struct MemoryFixture {
  testing::ManualClock clock;
  MemoryCache memory{clock};
  Cache& cache() { return memory; }
  template <class T>
  T run(Task<T> task) {
    return run_ready(std::move(task));
  }
  void run(Task<void> task) { run_ready(std::move(task)); }
  std::optional<std::string> kept(std::string key) { return run(memory.get(std::move(key))); }
};

}  // namespace

TEST_CASE("the cache in memory keeps the contract") { contract::check_cache<MemoryFixture>(); }

TEST_CASE("a value is there until its time, and for a minute at least") {
  MemoryFixture fixture;
  fixture.run(fixture.memory.put("long", "x", 10min));
  fixture.run(fixture.memory.put("short", "x", 1s));
  fixture.clock.advance(59s);
  CHECK(fixture.kept("short"));
  fixture.clock.advance(1s);
  CHECK_FALSE(fixture.kept("short"));
  fixture.clock.advance(9min - 1ms);
  CHECK(fixture.kept("long"));
  fixture.clock.advance(1ms);
  CHECK_FALSE(fixture.kept("long"));
}

TEST_CASE("when it is full, the value that ends first makes room") {
  testing::ManualClock clock;
  MemoryCache cache{clock, 2};
  run_ready(cache.put("a", "x", 2min));
  run_ready(cache.put("b", "x", 1min));
  run_ready(cache.put("a", "y", 2min));
  CHECK(run_ready(cache.get("b")));
  run_ready(cache.put("c", "x", 3min));
  CHECK_FALSE(run_ready(cache.get("b")));
  CHECK(run_ready(cache.get("a")) == "y");
  CHECK(run_ready(cache.get("c")));
}

}  // namespace postern
