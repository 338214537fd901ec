#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include "postern/ports/contract/bus_contract.hpp"
#include "postern/ports/contract/clock_contract.hpp"
#include "postern/ports/contract/crypto_contract.hpp"
#include "postern/ports/contract/fetch_contract.hpp"
#include "postern/ports/contract/random_contract.hpp"
#include "postern/ports/contract/store_contract.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto ignore = [](const std::exception_ptr&) {};

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& answer) {
  answer.emplace(co_await std::move(task));
}

struct MemoryStoreFixture {
  ManualClock clock;
  MemoryStore memory{clock};
  Store& store() { return memory; }
  template <class T>
  T run(Task<T> task) {
    return run_ready(std::move(task));
  }
  int race(const std::function<Task<Result<bool>>(Store&)>& attempt) {
    int wins = 0;
    for (int i = 0; i < 8; ++i)
      if (run_ready(attempt(memory)).value()) ++wins;
    return wins;
  }
};

struct ManualClockFixture {
  ManualClock manual;
  Clock& clock() { return manual; }
  void run(Task<void> task) {
    const Job job = Job::start(std::move(task), ignore);
    while (!job.done()) manual.advance(1ms);
  }
};

struct LocalBusFixture {
  LocalBus local;
  Bus& bus() { return local; }
  void run(Task<void> task) { run_ready(std::move(task)); }
};

struct ScriptedFetchFixture {
  ManualClock clock;
  ScriptedFetch scripted{clock};

  ScriptedFetchFixture() {
    scripted.when(url("/hello")).answer(200, "hello", {{"X-Test", "yes"}});
    scripted.when(url("/missing")).answer(404, "");
    scripted.when(url("/redirect")).answer(302, "", {{"Location", "/hello"}});
    scripted.when(url("/large")).answer(200, std::string(100'000, 'x'));
    scripted.when(url("/compressed")).answer(200, std::string(1000, 'x'));  // as it is to whoever fetches
    scripted.when(url("/silent")).hold();
    for (auto method : {http::Method::post, http::Method::put, http::Method::delete_})
      scripted.when(method, url("/echo")).answer_with([](const FetchRequest& request) {
        return FetchResponse{200, {}, std::string{http::to_string(request.method)} + " " + request.body};
      });
  }
  Fetch& fetch() { return scripted; }
  static std::string url(std::string_view path) { return "https://server.test" + std::string{path}; }
  template <class T>
  T run(Task<T> task) {
    std::optional<T> answer;
    const Job job = Job::start(keep(std::move(task), answer), ignore);
    while (!job.done()) clock.advance(1ms);
    return *std::move(answer);
  }
};

Task<void> sleep_twice(Clock& clock, std::vector<TimePoint>& woken) {
  co_await clock.sleep_for(1s);
  woken.push_back(clock.now());
  co_await clock.sleep_for(1s);
  woken.push_back(clock.now());
}

}  // namespace

TEST_CASE("the memory store keeps the contract") { contract::check_store<MemoryStoreFixture>(); }
TEST_CASE("the manual clock keeps the contract") { contract::check_clock<ManualClockFixture>(); }
TEST_CASE("the local bus keeps the contract") { contract::check_bus<LocalBusFixture>(); }
TEST_CASE("the scripted fetch keeps the contract") { contract::check_fetch<ScriptedFetchFixture>(); }
TEST_CASE("the seeded random keeps the contract") {
  SeededRandom random;
  contract::check_random(random);
}
TEST_CASE("the cryptography of tests keeps the contract") {
  TestPorts test;
  contract::check_crypto(test.crypto);
}

TEST_CASE("advancing stops at each sleeper's moment, in order") {
  ManualClock clock;
  const TimePoint start = clock.now();
  std::vector<TimePoint> woken;
  const Job late = Job::start(sleep_twice(clock, woken), ignore);
  clock.advance(500ms);
  const Job later = Job::start(sleep_twice(clock, woken), ignore);
  clock.advance(10s);
  CHECK(woken == std::vector{start + 1s, start + 1500ms, start + 2s, start + 2500ms});
  CHECK(clock.now() == start + 10500ms);
  CHECK(clock.sleepers() == 0);
}

TEST_CASE("a jump of the wall clock wakes nobody") {
  ManualClock clock;
  std::vector<TimePoint> woken;
  const Job job = Job::start(sleep_twice(clock, woken), ignore);
  clock.jump(24h);
  CHECK(woken.empty());
  clock.advance(1s);
  CHECK(woken.size() == 1);
}

TEST_CASE("scripted answers come in turn and the last one stays; requests are kept in order") {
  TestPorts test;
  test.fetch.when("https://a.test/").fail(Error::Kind::unavailable).answer(200, "one").answer(200, "two");
  const auto get = [&] { return run_ready(test.fetch.fetch({.url = "https://a.test/"})); };
  CHECK(get().error().kind == Error::Kind::unavailable);
  CHECK(get()->body == "one");
  CHECK(get()->body == "two");
  CHECK(get()->body == "two");
  CHECK(run_ready(test.fetch.fetch({.url = "https://b.test/"})).error().message ==
        "nothing scripted for GET https://b.test/");
  CHECK(test.fetch.count("https://a.test/") == 4);
  CHECK(test.fetch.requests().back().url == "https://b.test/");
}

TEST_CASE("a held request waits for its release, and a dropped one leaves") {
  TestPorts test;
  test.fetch.when("https://a.test/").hold().answer(200, "late");
  std::optional<Result<FetchResponse>> first, second;
  const Job waits = Job::start(keep(test.fetch.fetch({.url = "https://a.test/"}), first), ignore);
  Job dropped = Job::start(keep(test.fetch.fetch({.url = "https://a.test/"}), second), ignore);
  CHECK(test.fetch.waiting() == 2);
  dropped.cancel();
  CHECK(test.fetch.waiting() == 1);
  test.fetch.release("https://a.test/");
  CHECK(first.value()->body == "late");
  CHECK_FALSE(second);
}

TEST_CASE("the log keeps what was written as text") {
  RecordingLog log;
  log.write(LogLevel::info, "token.issued", {{"client", "1a2b"}, {"count", 2}, {"first", true}});
  CHECK(log.lines() == std::vector<std::string>{"info token.issued client=1a2b count=2 first=true"});
  CHECK(log.contains("1a2b"));
  CHECK_FALSE(log.contains("secret"));
}

TEST_CASE("a store told to fail fails until it heals") {
  TestPorts test;
  test.store.fail_with({Error::Kind::unavailable, "disk full"});
  CHECK(run_ready(test.store.get("a/1")).error().message == "disk full");
  test.store.heal();
  CHECK(run_ready(test.store.get("a/1")));
  CHECK(test.store.operations() == 2);
}

}  // namespace postern::testing
