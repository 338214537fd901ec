// kill -9 at random moments, as often as it takes to meet every stage of a commit: no acknowledged change may be lost,
// no taken record may come back, and nothing half-done may show. What a kill cannot show is the loss of unsynced data;
// that every commit syncs is SQLite's own promise (synchronous=FULL).
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "hosts/native/ports/sqlite_store.hpp"
#include "hosts/native/ports/temporary_folder.hpp"
#include "postern/testing/manual_clock.hpp"

namespace postern::native {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 40;
constexpr int workers = 8;

// What a worker was told is done, in the order of its one record's life. Written to the pipe as one byte-exact line.
struct Acknowledged {
  int worker;
  int number;  // the record's
  int step;    // 1 created, 2 replaced, 3 taken
};

std::string key_of(int worker, int number) { return "w/" + std::to_string(worker) + "/" + std::to_string(number); }

void acknowledge(int pipe, Acknowledged done) { (void)!::write(pipe, &done, sizeof done); }

Task<void> work(Store& store, int pipe, int worker, int first, TimePoint later) {
  for (int number = first;; ++number) {
    const std::string key = key_of(worker, number);
    if (!(co_await store.create(key, "created", later)).value_or(false)) co_return;
    acknowledge(pipe, {worker, number, 1});
    const auto entry = (co_await store.get(key)).value();
    if (!(co_await store.replace(key, entry->version, "replaced", later)).value_or(false)) co_return;
    acknowledge(pipe, {worker, number, 2});
    if (number % 2 != 0) continue;
    if (!(co_await store.take(key)).value().has_value()) co_return;
    acknowledge(pipe, {worker, number, 3});
  }
}

// Never returns: it is killed.
[[noreturn]] void run_child(const std::string& path, int pipe, int first, TimePoint later) {
  testing::ManualClock clock;
  boost::asio::io_context loop;
  auto database = SqliteDatabase::open({.path = path});
  if (!database) ::_exit(1);
  const auto store = (*database)->make_store(loop, clock);
  std::vector<Job> jobs;
  for (int worker = 0; worker < workers; ++worker)
    jobs.push_back(Job::start(work(*store, pipe, worker, first, later), [](const std::exception_ptr&) {}));
  loop.run();
  ::_exit(2);  // a worker's operation failed
}

std::optional<Store::Entry> get(boost::asio::io_context& loop, Store& store, std::string key) {
  std::optional<Store::Entry> entry;
  const auto read = [](Store& from, std::string name, std::optional<Store::Entry>& into) -> Task<void> {
    into = (co_await from.get(std::move(name))).value();
  };
  const Job job = Job::start(read(store, std::move(key), entry), [](const std::exception_ptr&) {});
  loop.restart();
  loop.run();
  return entry;
}

using Steps = std::map<std::pair<int, int>, int>;  // worker and number to the last step acknowledged

void read_acknowledgements(int pipe, Steps& steps, std::atomic<bool>& any) {
  Acknowledged done{};
  while (::read(pipe, &done, sizeof done) == static_cast<ssize_t>(sizeof done)) {
    steps[{done.worker, done.number}] = done.step;
    any = true;
    any.notify_one();
  }
  any = true;  // the end
  any.notify_one();
}

// A step that was not acknowledged may have happened or not, so each record may be one step further on.
void check_record(const std::optional<Store::Entry>& entry, int number, int step) {
  CAPTURE(number);
  CAPTURE(step);
  const std::string state = entry ? entry->value : "gone";
  const bool is_taken = number % 2 == 0;
  if (step == 1) CHECK((state == "created" || state == "replaced"));
  if (step == 2) CHECK((state == "replaced" || (is_taken && state == "gone")));
  if (step == 3) CHECK(state == "gone");
}

}  // namespace

TEST_CASE("no acknowledged change is lost by kill -9") {
  const TemporaryFolder folder;
  const testing::ManualClock clock;
  const unsigned seed = std::random_device{}();
  MESSAGE("seed ", seed);
  std::mt19937 random{seed};
  std::size_t acknowledged = 0;
  for (int round = 0; round < rounds; ++round) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) run_child(folder.database(), pipe[1], round * 1'000'000, clock.now() + 1h);
    ::close(pipe[1]);

    Steps steps;
    std::atomic<bool> any = false;
    std::thread reader{read_acknowledgements, pipe[0], std::ref(steps), std::ref(any)};
    if (round % 2 == 1) any.wait(false);  // however slow the disk is; the other rounds may meet its first moments
    std::this_thread::sleep_for(std::chrono::microseconds{10'000 + random() % 90'000});
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    reader.join();
    ::close(pipe[0]);
    CHECK(WIFSIGNALED(status));

    boost::asio::io_context loop;
    const auto database = SqliteDatabase::open({.path = folder.database()});
    REQUIRE(database);
    const auto store = (*database)->make_store(loop, clock);
    for (const auto& [record, step] : steps)
      check_record(get(loop, *store, key_of(record.first, record.second)), record.second, step);
    acknowledged += steps.size();
  }
  CHECK(acknowledged >= rounds / 2);
}

}  // namespace postern::native
