#include "hosts/native/ports/native_ports.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <latch>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "hosts/native/ports/openssl_crypto.hpp"
#include "hosts/native/ports/temporary_folder.hpp"
#include "postern/ports/contract/bus_contract.hpp"
#include "postern/ports/contract/clock_contract.hpp"
#include "postern/ports/contract/crypto_contract.hpp"
#include "postern/ports/contract/random_contract.hpp"

namespace postern::native {
namespace {

using namespace std::chrono_literals;

constexpr auto ignore = [](const std::exception_ptr&) {};

void run_on(boost::asio::io_context& loop, Task<void> task) {
  const Job job = Job::start(std::move(task), ignore);
  loop.restart();
  loop.run();
  REQUIRE(job.done());
}

struct SystemClockFixture {
  boost::asio::io_context loop;
  SystemClock system{loop};
  Clock& clock() { return system; }
  void run(Task<void> task) { run_on(loop, std::move(task)); }
};

struct LoopBusFixture {
  LoopBusHub hub;
  boost::asio::io_context loop;
  LoopBus loop_bus{hub, loop};
  Bus& bus() { return loop_bus; }
  void run(Task<void> task) { run_on(loop, std::move(task)); }
};

}  // namespace

TEST_CASE("the system clock keeps the contract") { contract::check_clock<SystemClockFixture>(); }
TEST_CASE("the bus of loops keeps the contract on its own loop") { contract::check_bus<LoopBusFixture>(); }
TEST_CASE("the kernel's random bytes keep the contract") {
  OsRandom random;
  contract::check_random(random);
}
TEST_CASE("OpenSSL's cryptography keeps the contract") { contract::check_crypto(*make_openssl_crypto()); }

TEST_CASE("a message reaches every loop before publish returns, from many publishers at once") {
  constexpr int loops = 4, messages = 200;
  LoopBusHub hub;
  std::array<std::atomic<int>, loops> heard{};
  std::latch ready{loops}, done{loops};
  std::atomic<bool> complete = true;
  std::vector<std::thread> threads;
  for (int own = 0; own < loops; ++own)
    threads.emplace_back([&, own] {
      boost::asio::io_context loop;
      const auto work = boost::asio::make_work_guard(loop);
      LoopBus bus{hub, loop};
      const auto subscription =
          bus.subscribe("t", [&](std::string_view, std::string_view) { ++heard[static_cast<std::size_t>(own)]; });
      ready.arrive_and_wait();
      const auto publish = [](Bus& to, std::array<std::atomic<int>, loops>& counts,
                              std::atomic<bool>& all_heard) -> Task<void> {
        for (int sent = 1; sent <= messages; ++sent) {
          co_await to.publish("t", "k", "m");
          for (const auto& count : counts) all_heard = all_heard && count >= sent;
        }
      };
      const Job job = Job::start(publish(bus, heard, complete), [&](const std::exception_ptr&) { done.count_down(); });
      while (!done.try_wait()) loop.run_for(1ms);
      done.wait();
      loop.restart();
      loop.poll();
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(complete);
  for (const auto& count : heard) CHECK(count == loops * messages);
}

TEST_CASE("a loop that is stuck holds a publisher back, one that ends does not") {
  LoopBusHub hub;
  boost::asio::io_context loop;
  LoopBus bus{hub, loop};
  auto other_loop = std::make_unique<boost::asio::io_context>();
  auto other = std::make_unique<LoopBus>(hub, *other_loop);
  const Job job = Job::start(bus.publish("t", "k", "m"), ignore);
  loop.run_for(10ms);
  CHECK_FALSE(job.done());
  other.reset();
  other_loop.reset();  // with the message unread
  loop.run_for(1s);
  CHECK(job.done());
}

TEST_CASE("a dropped publish is harmless, and the message still arrives") {
  LoopBusFixture fixture;
  int heard = 0;
  const auto subscription = fixture.bus().subscribe("t", [&](std::string_view, std::string_view) { ++heard; });
  {
    const Job job = Job::start(fixture.bus().publish("t", "k", "m"), ignore);
  }
  fixture.loop.run();
  CHECK(heard == 1);
}

TEST_CASE("a log line is one JSON object, whatever is written") {
  const TimePoint time = from_unix_seconds(1'763'941'899) + 123ms;  // date -u -d @1763941899
  const auto line = [&](std::string_view text) { return json_line(time, LogLevel::info, "e", {{"f", text}}); };
  const std::string start = R"({"time":"2025-11-23T23:51:39.123Z","level":"info","event":"e","f":)";
  struct Row {
    std::string_view text, json;
  };
  for (const Row& row : {
           Row{"plain", R"("plain")"},
           {"a\"b\\c", R"("a\"b\\c")"},
           {"x\n{\"level\":\"error\"}", R"("x\u000a{\"level\":\"error\"}")"},
           {std::string_view{"\0\x1b\x7f", 3}, R"("\u0000\u001b\u007f")"},
           {"caf\xc3\xa9 \xf0\x9f\x9a\xaa", "\"caf\xc3\xa9 \xf0\x9f\x9a\xaa\""},
           {"\xff\xc3(\xed\xa0\x80\xc0\xaf", R"("\ufffd\ufffd(\ufffd\ufffd\ufffd\ufffd\ufffd")"},
           {"\xf0\x9f\x9a", R"("\ufffd\ufffd\ufffd")"},
       }) {
    CAPTURE(row.text);
    CHECK(line(row.text) == start + std::string{row.json} + "}\n");
  }
  CHECK(line(std::string(100'000, 'x')).size() < 2200);
  CHECK(json_line(time, LogLevel::warning, "e", {{"i", -7}, {"b", true}})
            .ends_with("\"level\":\"warning\",\"event\":\"e\",\"i\":-7,\"b\":true}\n"));
}

TEST_CASE("the log writes what is at its level or above") {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
  JsonLog log{pipe[1], LogLevel::warning};
  log.write(LogLevel::info, "below", {});
  log.write(LogLevel::warning, "at", {});
  log.write(LogLevel::error, "above", {});
  ::close(pipe[1]);
  std::string text(1000, '\0');
  text.resize(static_cast<std::size_t>(::read(pipe[0], text.data(), text.size())));
  ::close(pipe[0]);
  CHECK_FALSE(text.contains("below"));
  CHECK(text.contains(R"("level":"warning","event":"at")"));
  CHECK(text.contains(R"("level":"error","event":"above")"));
}

TEST_CASE("the ports of a loop are there together") {
  const TemporaryFolder folder;
  const auto shared = NativeShared::open({.database_path = folder.database()}).value();
  boost::asio::io_context loop;
  NativePorts native{loop, *shared};
  const Ports ports = native.ports();
  const auto use = [](Ports all, bool& stored) -> Task<void> {
    const auto put = co_await all.store.put("a/1", random_token(all.random), all.clock.now() + 1h);
    const auto got = co_await all.store.get("a/1");
    stored = put && got.value() && got.value()->value.size() == 43;
  };
  bool stored = false;
  run_on(loop, use(ports, stored));
  CHECK(stored);
}

}  // namespace postern::native
