// What every Clock must do.
//
//   struct MyClock { Clock& clock(); void run(Task<void>); };   // run: to the end, while time passes
#pragma once

#include <doctest/doctest.h>

#include "postern/base/race.hpp"
#include "postern/ports/clock.hpp"

namespace postern::contract {

inline Task<void> note_winner(Task<void> first, Task<void> second, std::size_t& winner) {
  winner = (co_await race(std::move(first), std::move(second))).index();
}

template <class Fixture>
void check_clock() {
  using namespace std::chrono_literals;
  Fixture fixture;
  Clock& clock = fixture.clock();
  const TimePoint before = clock.now();
  SUBCASE("sleeping takes the time it was asked to, or a little more") {
    fixture.run(clock.sleep_for(20ms));
    CHECK(clock.now() - before >= 19ms);  // the wall clock may be slewed against the steady one
    CHECK(clock.now() - before < 10s);
  }
  SUBCASE("no time at all, or less, is over at once") {
    fixture.run(clock.sleep_for(0ms));
    fixture.run(clock.sleep_for(-1h));
    CHECK(clock.now() - before < 10s);
  }
  SUBCASE("a dropped sleep is over, whatever was left of it") {
    std::size_t winner = 9;
    fixture.run(note_winner(clock.sleep_for(1h), clock.sleep_for(20ms), winner));
    CHECK(winner == 1);
    CHECK(clock.now() - before < 10s);
  }
}

}  // namespace postern::contract
