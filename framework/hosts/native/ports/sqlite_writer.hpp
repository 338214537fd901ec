// The thread that owns the database file, and its queue. For sqlite_store.cpp.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "hosts/native/ports/sqlite_records.hpp"

namespace postern::native {

// One operation on its way: run by the writer, perhaps more than once until a transaction with it is committed, and
// finished, once, whatever came of it.
class SqliteOperation {
 public:
  explicit SqliteOperation(TimePoint asked_at) : now(asked_at) {}
  SqliteOperation(const SqliteOperation&) = delete;
  SqliteOperation& operator=(const SqliteOperation&) = delete;
  virtual ~SqliteOperation() = default;

  [[nodiscard]] virtual Result<void> run(SqliteRecords& records) = 0;
  // `outcome`: whether what run() did is on the disk.
  virtual void finish(Result<void> outcome) = 0;

  const TimePoint now;
};

class SqliteWriter {
 public:
  using Batch = std::vector<std::shared_ptr<SqliteOperation>>;

  SqliteWriter(SqliteRecords records, std::size_t queue_max, std::function<void(std::string_view)> on_disk_state);
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;
  ~SqliteWriter();  // carries out what is queued

  // From any thread. False if too many wait.
  [[nodiscard]] bool enqueue(std::shared_ptr<SqliteOperation> operation);

 private:
  void work();
  void run(const Batch& batch);
  [[nodiscard]] Result<void> run_in_transaction(const Batch& batch);
  void sweep(TimePoint now);
  void tell_disk_state(const Result<void>& outcome);

  // The writer's thread only.
  SqliteRecords records_;
  std::function<void(std::string_view)> on_disk_state_;
  TimePoint next_sweep_{};
  bool disk_failing_ = false;

  std::size_t queue_max_;
  std::mutex mutex_;  // guards the two below
  Batch queue_;
  bool stopping_ = false;
  std::condition_variable arrived_;

  std::thread thread_;  // last: starts when all else is there
};

}  // namespace postern::native
