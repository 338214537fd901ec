#include "hosts/native/ports/sqlite_store.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <coroutine>
#include <optional>
#include <utility>

#include "hosts/native/ports/loop_handle.hpp"
#include "hosts/native/ports/sqlite_writer.hpp"

namespace postern::native {
namespace {

using LoopPointer = std::shared_ptr<LoopHandle>;

// One operation with its answer. The writer's thread has it from enqueue() until the loop runs what finish() posted;
// the loop alone touches `waiter`, which is null once the waiting coroutine is gone.
template <class T, class Function>
class Operation final : public SqliteOperation, public std::enable_shared_from_this<Operation<T, Function>> {
 public:
  Operation(TimePoint asked_at, LoopPointer loop, Function function)
      : SqliteOperation(asked_at), loop_(std::move(loop)), function_(std::move(function)) {}

  Result<void> run(SqliteRecords& records) override {
    answer = function_(records, now);
    if (!answer) return std::unexpected(answer.error());
    return {};
  }
  void finish(Result<void> outcome) override {
    if (!outcome) {
      answer = fail(Error::Kind::unavailable, "The store cannot be reached or cannot write.");
    }
    loop_->post([self = this->shared_from_this()] {
      if (auto waiting = std::exchange(self->waiter, nullptr)) waiting.resume();
    });
  }

  Result<T> answer = fail(Error::Kind::internal, "not run");
  std::coroutine_handle<> waiter;

 private:
  LoopPointer loop_;
  Function function_;
};

// Waits for an operation; keeps the loop running meanwhile. Dropping it leaves the operation to itself.
template <class Operation>
class Answered {
 public:
  Answered(SqliteWriter& writer, boost::asio::io_context& loop, std::shared_ptr<Operation> operation)
      : writer_(writer), loop_(loop), operation_(std::move(operation)) {}
  Answered(const Answered&) = delete;
  Answered& operator=(const Answered&) = delete;
  ~Answered() { operation_->waiter = nullptr; }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    operation_->waiter = waiter;
    if (!writer_.enqueue(operation_)) {
      operation_->answer = fail(Error::Kind::unavailable, "The store has too much to do.");
      return false;
    }
    work_.emplace(loop_.get_executor());
    return true;
  }
  auto await_resume() { return std::move(operation_->answer); }

 private:
  SqliteWriter& writer_;
  boost::asio::io_context& loop_;
  std::shared_ptr<Operation> operation_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(SqliteWriter& writer, boost::asio::io_context& loop, const Clock& clock)
      : writer_(writer), loop_(loop), clock_(clock), handle_(std::make_shared<LoopHandle>(loop)) {}
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;
  ~SqliteStore() override { handle_->close(); }

  Task<Result<std::optional<Entry>>> get(std::string key) override {
    CO_TRY(check_key(key));
    co_return co_await perform<std::optional<Entry>>(
        [key = std::move(key)](SqliteRecords& records, TimePoint now) { return records.get(key, now); });
  }

  Task<Result<void>> put(std::string key, std::string value, TimePoint expires_at) override {
    CO_TRY(check_key(key));
    CO_TRY(check_value(value));
    co_return co_await perform<void>(
        [key = std::move(key), value = std::move(value), expires_at](SqliteRecords& records, TimePoint) {
          return records.put(key, value, expires_at);
        });
  }

  Task<Result<bool>> create(std::string key, std::string value, TimePoint expires_at) override {
    CO_TRY(check_key(key));
    CO_TRY(check_value(value));
    co_return co_await perform<bool>(
        [key = std::move(key), value = std::move(value), expires_at](SqliteRecords& records, TimePoint now) {
          return records.create(key, value, expires_at, now);
        });
  }

  Task<Result<bool>> replace(std::string key, std::uint64_t version, std::string value, TimePoint expires_at) override {
    CO_TRY(check_key(key));
    CO_TRY(check_value(value));
    co_return co_await perform<bool>(
        [key = std::move(key), version, value = std::move(value), expires_at](SqliteRecords& records, TimePoint now) {
          return records.replace(key, version, value, expires_at, now);
        });
  }

  Task<Result<std::optional<Entry>>> take(std::string key) override {
    CO_TRY(check_key(key));
    co_return co_await perform<std::optional<Entry>>(
        [key = std::move(key)](SqliteRecords& records, TimePoint now) { return records.take(key, now); });
  }

  Task<Result<void>> remove(std::string key) override {
    CO_TRY(check_key(key));
    co_return co_await perform<void>(
        [key = std::move(key)](SqliteRecords& records, TimePoint) { return records.remove(key); });
  }

  Task<Result<std::vector<KeyedEntry>>> scan(std::string prefix, std::string after, std::size_t count) override {
    CO_TRY(check_key(prefix));
    co_return co_await perform<std::vector<KeyedEntry>>(
        [prefix = std::move(prefix), after = std::move(after), count](SqliteRecords& records, TimePoint now) {
          return records.scan(prefix, after, count, now);
        });
  }

 private:
  template <class T, class Function, class Performed = Operation<T, Function>>
  Answered<Performed> perform(Function function) {
    return {writer_, loop_, std::make_shared<Performed>(clock_.now(), handle_, std::move(function))};
  }

  SqliteWriter& writer_;
  boost::asio::io_context& loop_;
  const Clock& clock_;
  LoopPointer handle_;
};

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(Options options) {
  TRY(SqliteRecords records, SqliteRecords::open(options.path));
  return std::unique_ptr<SqliteDatabase>{new SqliteDatabase{
      std::make_unique<SqliteWriter>(std::move(records), options.queue_max, std::move(options.on_disk_state))}};
}

SqliteDatabase::SqliteDatabase(std::unique_ptr<SqliteWriter> writer) : writer_(std::move(writer)) {}
SqliteDatabase::~SqliteDatabase() = default;

std::unique_ptr<Store> SqliteDatabase::make_store(boost::asio::io_context& loop, const Clock& clock) {
  return std::make_unique<SqliteStore>(*writer_, loop, clock);
}

}  // namespace postern::native
