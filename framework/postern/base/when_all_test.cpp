#include "postern/base/when_all.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "postern/base/wait_list.hpp"

using namespace postern;

namespace {

Task<int> number_after(WaitList& gate, int number) {
  co_await gate.wait();
  co_return number;
}
Task<std::string> text_now(std::string text) { co_return text; }
Task<int> throws_now() {
  throw std::runtime_error{"broken"};
  co_return 0;
}

}  // namespace

TEST_CASE("when_all runs all of them at once, and ends with the last") {
  WaitList first;
  WaitList second;
  std::optional<std::tuple<int, std::string, int>> result;
  auto all = [](WaitList& a, WaitList& b, auto& out) -> Task<void> {
    out = co_await when_all(number_after(a, 1), text_now("two"), number_after(b, 3));
  };
  const Job job = Job::start(all(first, second, result), [](std::exception_ptr failure) { REQUIRE_FALSE(failure); });
  CHECK_FALSE(first.empty());
  CHECK_FALSE(second.empty());
  second.wake_all();
  CHECK_FALSE(result);
  first.wake_all();
  REQUIRE(result);
  CHECK(*result == std::tuple{1, std::string{"two"}, 3});
}

TEST_CASE("when_all of what is ready does not wait, and throws what one of them threw") {
  CHECK(run_ready(when_all(text_now("a"), text_now("b"))) == std::tuple{std::string{"a"}, std::string{"b"}});
  CHECK_THROWS_WITH_AS(run_ready(when_all(text_now("a"), throws_now())), "broken", std::runtime_error);
}

TEST_CASE("dropping when_all drops what it waits for") {
  WaitList gate;
  auto all = [](WaitList& list) -> Task<void> { co_await when_all(number_after(list, 1), number_after(list, 2)); };
  {
    const Job job = Job::start(all(gate), [](std::exception_ptr) { FAIL("it was dropped"); });
    CHECK_FALSE(gate.empty());
  }
  CHECK(gate.empty());
}
