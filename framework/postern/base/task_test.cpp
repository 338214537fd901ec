#include "postern/base/task.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "postern/base/channel.hpp"
#include "postern/base/race.hpp"
#include "postern/base/wait_list.hpp"

namespace postern {
namespace {

Task<int> number(int value) { co_return value; }
Task<int> sum_to(int last) {
  int sum = 0;
  for (int i = 1; i <= last; ++i) sum += co_await number(i);
  co_return sum;
}
Task<int> deep(int levels) {
  if (levels == 0) co_return 0;
  co_return 1 + co_await deep(levels - 1);
}
Task<int> throws() {
  throw std::runtime_error("on purpose");
  co_return 0;
}
struct Mark {
  bool& destroyed;
  explicit Mark(bool& flag) : destroyed(flag) {}
  ~Mark() { destroyed = true; }
};
Task<void> wait_with_mark(WaitList& list, bool& destroyed, int& resumed) {
  const Mark mark{destroyed};
  co_await list.wait();
  ++resumed;
}
Task<void> outer(WaitList& list, bool& destroyed, int& resumed) { co_await wait_with_mark(list, destroyed, resumed); }

constexpr auto ignore = [](const std::exception_ptr&) {};

}  // namespace

TEST_CASE("a task runs when awaited, not before") {
  bool ran = false;
  auto make = [](bool& flag) -> Task<void> {
    flag = true;
    co_return;
  };
  Task<void> task = make(ran);
  CHECK_FALSE(ran);
  run_ready(std::move(task));
  CHECK(ran);
}

TEST_CASE("values come through, and 60,000 awaits in a row use no stack") {
  CHECK(run_ready(sum_to(60'000)) == 1'800'030'000);
}
TEST_CASE("a chain of 1,000 tasks completes") { CHECK(run_ready(deep(1'000)) == 1'000); }

TEST_CASE("an exception reaches the one who awaits") { CHECK_THROWS_WITH(run_ready(throws()), "on purpose"); }

TEST_CASE("dropping a waiting task destroys the frames inside it and takes it off the list") {
  WaitList list;
  bool destroyed = false;
  int resumed = 0;
  {
    Job job = Job::start(outer(list, destroyed, resumed), ignore);
    CHECK_FALSE(list.empty());
  }
  CHECK(destroyed);
  CHECK(list.empty());
  list.wake_all();
  CHECK(resumed == 0);
}

TEST_CASE("a woken coroutine may drop another that waits") {
  WaitList list;
  bool destroyed = false;
  int resumed = 0;
  Job second;
  auto drop_it = [](WaitList& waiting, Job& victim) -> Task<void> {
    co_await waiting.wait();
    victim.cancel();
  };
  Job first = Job::start(drop_it(list, second), ignore);
  second = Job::start(wait_with_mark(list, destroyed, resumed), ignore);
  list.wake_all();
  CHECK(destroyed);
  CHECK(resumed == 0);
}

TEST_CASE("on_done may drop its own job") {
  WaitList list;
  std::unique_ptr<Job> job;
  bool destroyed = false;
  int resumed = 0;
  job = std::make_unique<Job>(
      Job::start(outer(list, destroyed, resumed), [&](const std::exception_ptr&) { job.reset(); }));
  list.wake_all();
  CHECK(resumed == 1);
  CHECK(job == nullptr);
}

TEST_CASE("a channel gives its items in order and ends when closed") {
  Channel<int> channel;
  std::vector<int> seen;
  auto consume = [](Channel<int>& from, std::vector<int>& into) -> Task<void> {
    while (auto item = co_await from.pop()) into.push_back(*item);
    into.push_back(-1);
  };
  Job job = Job::start(consume(channel, seen), ignore);
  channel.push(1);
  channel.push(2);
  channel.close();
  channel.push(3);
  CHECK(seen == std::vector{1, 2, -1});
  CHECK(job.done());
}

TEST_CASE("race takes the first to finish and drops the other") {
  Channel<int> left;
  Channel<std::string> right;
  std::size_t winner = 9;
  auto run = [](Channel<int>& a, Channel<std::string>& b, std::size_t& who) -> Task<void> {
    auto first = co_await race(a.pop(), b.pop());
    who = first.index();
  };
  SUBCASE("the second comes first") {
    Job job = Job::start(run(left, right, winner), ignore);
    right.push("x");
    CHECK(winner == 1);
    left.push(1);
    CHECK(left.size() == 1);  // nobody pops any more
  }
  SUBCASE("ready at once") {
    left.push(5);
    right.push("x");
    Job job = Job::start(run(left, right, winner), ignore);
    CHECK(winner == 0);
    CHECK(right.size() == 1);
  }
  SUBCASE("dropped while both wait") {
    {
      Job job = Job::start(run(left, right, winner), ignore);
    }
    left.push(1);
    CHECK(winner == 9);
  }
}

// A host with one strand a request: run() when the test says so.
struct CountingStrand : Strand {
  int turns_wanted = 0;
  void want_turn() override { ++turns_wanted; }
};

TEST_CASE("a waiter on a strand is resumed when the strand runs, not by who wakes it") {
  WaitList list;
  CountingStrand strand;
  bool destroyed = false;
  int on_strand = 0, anywhere = 0;
  const Job first = Job::start(outer(list, destroyed, on_strand), ignore, &strand);
  const Job second = Job::start(outer(list, destroyed, on_strand), ignore, &strand);
  const Job third = Job::start(outer(list, destroyed, anywhere), ignore);
  list.wake_all();
  CHECK(anywhere == 1);
  CHECK(on_strand == 0);
  CHECK(strand.turns_wanted == 1);
  CHECK(list.empty());
  strand.run();
  CHECK(on_strand == 2);
  strand.run();
  CHECK(on_strand == 2);
}

TEST_CASE("a waiter that is dropped after it was woken is never resumed") {
  WaitList list;
  CountingStrand strand;
  bool destroyed = false;
  int resumed = 0;
  {
    const Job job = Job::start(outer(list, destroyed, resumed), ignore, &strand);
    list.wake_all();
  }
  strand.run();
  CHECK(destroyed);
  CHECK(resumed == 0);
}

TEST_CASE("whoever is woken while a strand runs has the same turn") {
  Channel<int> channel;
  CountingStrand strand;
  std::vector<int> seen;
  auto consume = [](Channel<int>& from, Channel<int>& onwards) -> Task<void> {
    while (auto item = co_await from.pop()) onwards.push(*item + 1);
  };
  auto keep = [](Channel<int>& from, std::vector<int>& into) -> Task<void> {
    while (auto item = co_await from.pop()) into.push_back(*item);
  };
  Channel<int> onwards;
  const Job first = Job::start(keep(onwards, seen), ignore, &strand);
  const Job second = Job::start(consume(channel, onwards), ignore, &strand);
  channel.push(1);
  CHECK(seen.empty());
  strand.run();
  CHECK(seen == std::vector{2});
}

TEST_CASE("the tasks of a race and of what they await are on the strand of who awaits them") {
  WaitList never;
  CountingStrand strand;
  Strand* found = nullptr;
  auto tell = [](Strand*& out) -> Task<int> {
    out = co_await this_strand();
    co_return 1;
  };
  auto wait = [](WaitList& list) -> Task<void> { co_await list.wait(); };
  auto run = [](Task<void> slow, Task<int> quick) -> Task<void> { co_await race(std::move(slow), std::move(quick)); };
  const Job job = Job::start(run(wait(never), tell(found)), ignore, &strand);
  CHECK(job.done());
  CHECK(found == &strand);
  CHECK(run_ready(tell(found)) == 1);
  CHECK(found == nullptr);
}

}  // namespace postern
