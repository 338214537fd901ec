// The Store port over one SQLite file, for all loops of one process.
//
//   TRY(auto database, SqliteDatabase::open({.path = "postern.sqlite"}));   // one per process: starts the writer
//   std::unique_ptr<Store> store = database->make_store(loop, clock);       // one per loop, used on it only
//
// One thread owns the file. Loops put their operations into its queue; it takes what waits, runs that in one
// transaction, and so pays one sync to disk for many changes (docs/decisions/0002). Reads go the same way, which makes
// them strongly consistent. An operation is judged by its loop's clock at the moment it was asked for; expired records
// leave the disk in small portions as others come.
//
// When the disk fails, every operation it concerns fails as `unavailable` and the writer goes on, so the store heals
// when the disk does. The database outlives its stores; a store outlives its operations and dies before its loop. A
// dropped operation may still be carried out.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "postern/ports/clock.hpp"
#include "postern/ports/store.hpp"

namespace postern::native {

class SqliteWriter;

class SqliteDatabase {
 public:
  struct Options {
    std::string path;
    std::size_t queue_max = 16 * 1024;  // operations waiting, of all loops; more are refused as `unavailable`
    // Told, on the writer's thread, when the disk begins to fail and when it is well again (an empty text).
    std::function<void(std::string_view failure)> on_disk_state;
  };

  [[nodiscard]] static Result<std::unique_ptr<SqliteDatabase>> open(Options options);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  ~SqliteDatabase();  // carries out what is queued, then closes the file

  // `clock` outlives the store.
  [[nodiscard]] std::unique_ptr<Store> make_store(boost::asio::io_context& loop, const Clock& clock);

 private:
  explicit SqliteDatabase(std::unique_ptr<SqliteWriter> writer);

  std::unique_ptr<SqliteWriter> writer_;
};

}  // namespace postern::native
