#include "hosts/native/ports/sqlite_store.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

#include "hosts/native/ports/sqlite.hpp"
#include "hosts/native/ports/temporary_folder.hpp"
#include "postern/ports/contract/store_contract.hpp"
#include "postern/testing/manual_clock.hpp"

namespace postern::native {
namespace {

using namespace std::chrono_literals;

constexpr auto ignore = [](const std::exception_ptr&) {};

template <class T>
Task<void> store_answer(Task<T> task, std::optional<T>& answer) {
  answer.emplace(co_await std::move(task));
}
template <class T>
T run_on(boost::asio::io_context& loop, Task<T> task) {
  std::optional<T> answer;
  const Job job = Job::start(store_answer(std::move(task), answer), ignore);
  loop.restart();
  loop.run();
  return *std::move(answer);
}

Task<void> count_win(Task<Result<bool>> attempt, std::atomic<int>& wins) {
  const auto won = co_await std::move(attempt);
  if (won.value()) ++wins;
}

struct SqliteFixture {
  TemporaryFolder folder;
  testing::ManualClock clock;
  std::unique_ptr<SqliteDatabase> database = SqliteDatabase::open({.path = folder.database()}).value();
  boost::asio::io_context loop;
  std::unique_ptr<Store> owned_store = database->make_store(loop, clock);

  Store& store() { return *owned_store; }
  template <class T>
  T run(Task<T> task) {
    return run_on(loop, std::move(task));
  }
  int race(const std::function<Task<Result<bool>>(Store&)>& attempt) {
    std::atomic<int> wins = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&] {
        boost::asio::io_context own_loop;
        const auto own_store = database->make_store(own_loop, clock);
        std::vector<Job> jobs;
        for (int i = 0; i < 8; ++i) jobs.push_back(Job::start(count_win(attempt(*own_store), wins), ignore));
        own_loop.run();
      });
    for (std::thread& thread : threads) thread.join();
    return wins;
  }
};

}  // namespace

TEST_CASE("the SQLite store keeps the contract") { contract::check_store<SqliteFixture>(); }

TEST_CASE("records and versions outlive the process") {
  const TemporaryFolder folder;
  testing::ManualClock clock;
  boost::asio::io_context loop;
  std::uint64_t version = 0;
  {
    const auto database = SqliteDatabase::open({.path = folder.database()}).value();
    const auto store = database->make_store(loop, clock);
    REQUIRE(run_on(loop, store->put("a/1", "kept", clock.now() + 1h)));
    REQUIRE(run_on(loop, store->put("a/2", "removed", clock.now() + 1h)));
    version = run_on(loop, store->take("a/2")).value()->version;
  }
  const auto database = SqliteDatabase::open({.path = folder.database()}).value();
  const auto store = database->make_store(loop, clock);
  CHECK(run_on(loop, store->get("a/1")).value()->value == "kept");
  REQUIRE(run_on(loop, store->create("a/2", "again", clock.now() + 1h)).value());
  CHECK(run_on(loop, store->get("a/2")).value()->version > version);
}

TEST_CASE("the files can be read by their owner only") {
  SqliteFixture fixture;
  REQUIRE(fixture.run(fixture.store().put("a/1", "x", fixture.clock.now() + 1h)));
  for (const auto& file : std::filesystem::directory_iterator{fixture.folder.path()}) {
    struct stat status{};
    REQUIRE(::stat(file.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a file that is not ours to use is refused with a reason") {
  const TemporaryFolder folder;
  const auto refusal = [&] { return SqliteDatabase::open({.path = folder.database()}).error().message; };
  SUBCASE("made by a newer version") {
    REQUIRE(SqliteConnection::open(folder.database())->execute("PRAGMA user_version = 2"));
    CHECK(refusal().contains("made by a newer Postern"));
  }
  SUBCASE("a database of another program") {
    REQUIRE(SqliteConnection::open(folder.database())->execute("CREATE TABLE theirs (x)"));
    CHECK(refusal().contains("another program"));
  }
  SUBCASE("no database at all") {
    std::ofstream{folder.database()} << std::string(4096, 'x');
    CHECK(refusal().contains("not a database"));
  }
  SUBCASE("open already") {
    const auto first = SqliteDatabase::open({.path = folder.database()}).value();
    CHECK(refusal().contains("Does another process have it open?"));
  }
  SUBCASE("in a folder that is not there") {
    CHECK(SqliteDatabase::open({.path = folder.path() / "no" / "x"}).error().message.contains("No such file"));
  }
}

TEST_CASE("a dropped operation is harmless, also when its loop and store are gone before it is done") {
  SqliteFixture fixture;
  for (int round = 0; round < 50; ++round) {
    auto loop = std::make_unique<boost::asio::io_context>();
    auto store = fixture.database->make_store(*loop, fixture.clock);
    std::vector<Job> jobs;
    std::optional<Result<void>> answer;
    for (int i = 0; i < 20; ++i)
      jobs.push_back(Job::start(
          store_answer(store->put("a/" + std::to_string(i), "x", fixture.clock.now() + 1h), answer), ignore));
    jobs.clear();
    if (round % 2 == 0) loop->run();
    store.reset();
    loop.reset();
    CHECK_FALSE(answer);
  }
  CHECK(fixture.run(fixture.store().get("a/19")).value());
}

TEST_CASE("too long a queue refuses instead of growing") {
  const TemporaryFolder folder;
  testing::ManualClock clock;
  boost::asio::io_context loop;
  const auto database = SqliteDatabase::open({.path = folder.database(), .queue_max = 0}).value();
  const auto store = database->make_store(loop, clock);
  CHECK(run_on(loop, store->get("a/1")).error().kind == Error::Kind::unavailable);
}

// A limit on file size is a full disk that a test can empty again.
TEST_CASE("on a full disk writes fail, reads go on, and all is well when there is space again") {
  const TemporaryFolder folder;
  testing::ManualClock clock;
  boost::asio::io_context loop;
  std::atomic<int> failing = 0, recovered = 0;
  const auto database =
      SqliteDatabase::open(
          {.path = folder.database(),
           .on_disk_state = [&](std::string_view failure) { ++(failure.empty() ? recovered : failing); }})
          .value();
  const auto store = database->make_store(loop, clock);
  const TimePoint later = clock.now() + 1h;
  REQUIRE(run_on(loop, store->put("a/1", "kept", later)));

  struct rlimit unlimited{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  const struct rlimit full{.rlim_cur = 4096, .rlim_max = unlimited.rlim_max};
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  for (int i = 0; i < 3; ++i) {
    CHECK(run_on(loop, store->create("a/2", "lost", later)).error().kind == Error::Kind::unavailable);
    CHECK(run_on(loop, store->take("a/1")).error().kind == Error::Kind::unavailable);
    CHECK(run_on(loop, store->get("a/1")).value()->value == "kept");
  }
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  std::signal(SIGXFSZ, previous);

  CHECK(run_on(loop, store->create("a/2", "new", later)).value());
  CHECK(run_on(loop, store->take("a/1")).value()->value == "kept");
  CHECK(failing > 0);
  CHECK(failing == recovered);
}

TEST_CASE("expired records leave the disk") {
  const TemporaryFolder folder;
  testing::ManualClock clock;
  boost::asio::io_context loop;
  {
    const auto database = SqliteDatabase::open({.path = folder.database()}).value();
    const auto store = database->make_store(loop, clock);
    for (int i = 0; i < 600; ++i)
      REQUIRE(run_on(loop, store->put("a/" + std::to_string(i), "canary", clock.now() + 1s)));
    clock.advance(10s);
    for (int i = 0; i < 4; ++i) REQUIRE(run_on(loop, store->get("a/1")));
  }
  auto connection = SqliteConnection::open(folder.database()).value();
  CHECK(connection.query_text("SELECT count(*) FROM records").value() == "0");
}

}  // namespace postern::native
