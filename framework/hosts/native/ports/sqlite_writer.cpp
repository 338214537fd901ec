#include "hosts/native/ports/sqlite_writer.hpp"

#include <utility>

namespace postern::native {
namespace {

constexpr Duration sweep_interval = std::chrono::seconds{1};
constexpr int sweep_count = 256;

}  // namespace

SqliteWriter::SqliteWriter(SqliteRecords records, std::size_t queue_max,
                           std::function<void(std::string_view)> on_disk_state)
    : records_(std::move(records)),
      on_disk_state_(std::move(on_disk_state)),
      queue_max_(queue_max),
      thread_([this] { work(); }) {}

SqliteWriter::~SqliteWriter() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

bool SqliteWriter::enqueue(std::shared_ptr<SqliteOperation> operation) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    if (queue_.size() >= queue_max_) return false;
    first = queue_.empty();
    queue_.push_back(std::move(operation));
  }
  if (first) arrived_.notify_one();
  return true;
}

void SqliteWriter::work() {
  while (true) {
    Batch batch;
    {
      std::unique_lock lock{mutex_};
      arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      batch.swap(queue_);
    }
    run(batch);
    sweep(batch.back()->now);
  }
}

// If the batch fails as a whole, each operation gets a transaction of its own: a read needs no space on a full disk,
// and one bad write fails no other.
void SqliteWriter::run(const Batch& batch) {
  const Result<void> outcome = run_in_transaction(batch);
  tell_disk_state(outcome);
  if (outcome || batch.size() == 1) {
    for (const auto& operation : batch) operation->finish(outcome);
    return;
  }
  for (const auto& operation : batch) operation->finish(run_in_transaction({operation}));
}

Result<void> SqliteWriter::run_in_transaction(const Batch& batch) {
  const auto run_all = [&]() -> Result<void> {
    TRY(records_.begin());
    for (const auto& operation : batch) TRY(operation->run(records_));
    return records_.commit();
  };
  Result<void> outcome = run_all();
  if (!outcome) records_.rollback();
  return outcome;
}

// In a transaction of its own, after the answers are out: nobody waits for it, and it may fail.
void SqliteWriter::sweep(TimePoint now) {
  if (now < next_sweep_ && now + 2 * sweep_interval > next_sweep_) return;  // the second: the clock was set back
  const Result<int> swept = records_.sweep(now, sweep_count);
  next_sweep_ = swept && *swept == sweep_count ? now : now + sweep_interval;
}

void SqliteWriter::tell_disk_state(const Result<void>& outcome) {
  if (disk_failing_ == !outcome) return;
  disk_failing_ = !outcome;
  if (on_disk_state_) on_disk_state_(outcome ? std::string_view{} : std::string_view{outcome.error().message});
}

}  // namespace postern::native
