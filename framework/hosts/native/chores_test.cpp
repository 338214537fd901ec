#include "hosts/native/chores.hpp"

#include <doctest/doctest.h>

#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "postern/testing/manual_clock.hpp"

namespace postern::native {
namespace {

using namespace std::chrono_literals;

struct EventLog final : Log {
  std::vector<std::string> events;
  void write(LogLevel, std::string_view event, std::initializer_list<LogField>) override { events.emplace_back(event); }
};
struct FullLog final : Log {
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override { throw std::bad_alloc{}; }
};

// Throws the first times, before or after it has waited.
Task<void> fail_at_first(int& turns, Clock& clock) {
  if (++turns == 1) throw std::bad_alloc{};
  co_await clock.sleep_for(1s);
  if (turns == 2) throw 7;
}

}  // namespace

TEST_CASE("a chore that throws is told of, and done again") {
  testing::ManualClock clock;
  int turns = 0;
  EventLog log;
  FullLog full_log;
  SUBCASE("where it can be told") {
    const Job job =
        Job::start(do_every(10s, [&] { return fail_at_first(turns, clock); }, clock, log), [](const auto&) {});
    CHECK(turns == 1);
    clock.advance(60s);
    CHECK(turns == 6);
    CHECK(log.events == std::vector<std::string>{"chore.failed", "chore.failed"});
  }
  SUBCASE("where not even that can be done") {
    const Job job =
        Job::start(do_every(10s, [&] { return fail_at_first(turns, clock); }, clock, full_log), [](const auto&) {});
    clock.advance(60s);
    CHECK(turns == 6);
  }
}

}  // namespace postern::native
