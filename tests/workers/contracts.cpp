// The contract suites of the ports, kept by those of this host.
#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include "contracts_service.hpp"
#include "hosts/workers/ports/workers_ports.hpp"
#include "postern/ports/contract/bus_contract.hpp"
#include "postern/ports/contract/cache_contract.hpp"
#include "postern/ports/contract/clock_contract.hpp"
#include "postern/ports/contract/crypto_contract.hpp"
#include "postern/ports/contract/fetch_contract.hpp"
#include "postern/ports/contract/random_contract.hpp"
#include "postern/ports/contract/store_contract.hpp"
#include "postern/testing/manual_clock.hpp"

namespace postern::workers {
namespace {

struct Fixture {
  WorkersPorts workers{LogLevel::error};
  Ports ports = workers.ports();

  Clock& clock() { return ports.clock; }
  Bus& bus() { return ports.bus; }
  Fetch& fetch() { return ports.fetch; }
  static std::string url(std::string_view path) { return contracts_peer() + std::string{path}; }
  template <class T>
  T run(Task<T> task) {
    return workers::run(std::move(task));
  }
};

struct CacheFixture : Fixture {
  CacheFixture() { contracts_renew(); }
  Cache& cache() { return ports.cache; }
  std::optional<std::string> kept(std::string key) {
    contracts_written();  // put() does not wait for KV
    return run(ports.cache.get(std::move(key)));
  }
};

Task<void> count_win(Task<Result<bool>> attempt, int& wins) {
  if ((co_await std::move(attempt)).value()) ++wins;
}

struct StoreFixture {
  testing::ManualClock clock;
  DurableStore durable{clock};

  StoreFixture() { contracts_renew(); }
  Store& store() { return durable; }
  template <class T>
  T run(Task<T> task) {
    return workers::run(std::move(task));
  }
  int race(const std::function<Task<Result<bool>>(Store&)>& attempt) {
    int wins = 0;
    std::vector<Job> jobs;
    for (int i = 0; i < 32; ++i)
      jobs.push_back(Job::start(count_win(attempt(durable), wins), ignore_failure, &contracts_strand()));
    for (const Job& job : jobs) {
      while (!job.done()) contracts_wait();
    }
    return wins;
  }
};

}  // namespace

TEST_CASE("the clock of workerd keeps the contract") { contract::check_clock<Fixture>(); }
TEST_CASE("the bus keeps the contract on its own instance") { contract::check_bus<Fixture>(); }
TEST_CASE("getRandomValues keeps the contract") {
  Fixture fixture;
  contract::check_random(fixture.ports.random);
}
TEST_CASE("node:crypto keeps the contract") {
  Fixture fixture;
  contract::check_crypto(fixture.ports.crypto);
}
TEST_CASE("workerd's fetch keeps the contract") { contract::check_fetch<Fixture>(); }
TEST_CASE("KV keeps the contract") { contract::check_cache<CacheFixture>(); }
TEST_CASE("Durable Objects keep the contract of the store") { contract::check_store<StoreFixture>(); }

}  // namespace postern::workers
