// A disk that reports errors. What a full disk does is in sqlite_store_test.cpp; here the kernel says EIO.
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <optional>
#include <string>

#include "hosts/native/ports/sqlite_store.hpp"
#include "hosts/native/ports/temporary_folder.hpp"
#include "postern/base/ensure.hpp"
#include "postern/testing/manual_clock.hpp"

namespace {

std::atomic<int> syncs = 0;
std::atomic<int> sync_error = 0;  // an errno, or 0: the disk is well
std::atomic<int> write_error = 0;

}  // namespace

// In place of the C library's own: SQLite calls it for every commit that it acknowledges (synchronous=FULL).
extern "C" int fdatasync(int file) {
  ++syncs;
  if (const int error = sync_error; error != 0) {
    errno = error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace postern::native {
namespace {

using namespace std::chrono_literals;

ssize_t write_or_fail(int file, const void* bytes, size_t size, off64_t offset) {
  if (const int error = write_error; error != 0) {
    errno = error;
    return -1;
  }
  return ::pwrite64(file, bytes, size, offset);
}

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& answer) {
  answer.emplace(co_await std::move(task));
}

struct Disk {
  TemporaryFolder folder;
  testing::ManualClock clock;
  TimePoint later = clock.now() + 1h;
  std::atomic<int> failing = 0, recovered = 0;
  boost::asio::io_context loop;
  std::unique_ptr<SqliteDatabase> database;
  std::unique_ptr<Store> store;

  Disk() {
    // SQLite asks its own table of system calls for all but the sync.
    sqlite3_vfs* files = sqlite3_vfs_find(nullptr);
    ensure(files->xSetSystemCall(files, "pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(&write_or_fail)) ==
           SQLITE_OK);
    open();
  }
  ~Disk() {
    sync_error = 0;
    write_error = 0;
    sqlite3_vfs* files = sqlite3_vfs_find(nullptr);
    files->xSetSystemCall(files, "pwrite64", nullptr);
  }
  void open() {
    store.reset();
    database.reset();
    database = SqliteDatabase::open(
                   {.path = folder.database(),
                    .on_disk_state = [this](std::string_view failure) { ++(failure.empty() ? recovered : failing); }})
                   .value();
    store = database->make_store(loop, clock);
  }
  template <class T>
  T run(Task<T> task) {
    std::optional<T> answer;
    const Job job = Job::start(keep(std::move(task), answer), [](const std::exception_ptr&) {});
    loop.restart();
    loop.run();
    return *std::move(answer);
  }
};

}  // namespace

TEST_CASE("nothing is acknowledged before the disk has it") {
  Disk disk;
  for (int i = 0; i < 20; ++i) {
    const int before = syncs;
    REQUIRE(disk.run(disk.store->create("a/" + std::to_string(i), "value", disk.later)).value());
    CHECK(syncs > before);
  }
}

TEST_CASE("when the disk fails, writes say so, reads go on, and the store is well as soon as the disk is") {
  for (std::atomic<int>* broken : {&sync_error, &write_error}) {
    for (const int error : {EIO, ENOSPC, EROFS}) {
      CAPTURE(error);
      CAPTURE((broken == &sync_error));
      Disk disk;
      REQUIRE(disk.run(disk.store->put("a/kept", "kept", disk.later)));
      const auto entry = disk.run(disk.store->get("a/kept")).value();
      REQUIRE(entry);

      *broken = error;
      for (int i = 0; i < 3; ++i) {
        CHECK(disk.run(disk.store->create("a/new", "lost", disk.later)).error().kind == Error::Kind::unavailable);
        CHECK(disk.run(disk.store->put("a/kept", "lost", disk.later)).error().kind == Error::Kind::unavailable);
        CHECK(disk.run(disk.store->replace("a/kept", entry->version, "lost", disk.later)).error().kind ==
              Error::Kind::unavailable);
        CHECK(disk.run(disk.store->take("a/kept")).error().kind == Error::Kind::unavailable);
        CHECK(disk.run(disk.store->get("a/kept")).value()->value == "kept");
        CHECK_FALSE(disk.run(disk.store->get("a/new")).value());
      }
      CHECK(disk.failing > 0);
      *broken = 0;

      CHECK(disk.run(disk.store->create("a/new", "new", disk.later)).value());
      CHECK(disk.run(disk.store->replace("a/kept", entry->version, "changed", disk.later)).value());
      CHECK(disk.failing == disk.recovered);
      disk.open();
      CHECK(disk.run(disk.store->get("a/kept")).value()->value == "changed");
      CHECK(disk.run(disk.store->take("a/new")).value()->value == "new");
    }
  }
}

}  // namespace postern::native
