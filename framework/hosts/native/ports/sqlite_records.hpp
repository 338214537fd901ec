// The table behind the Store port: its schema, and each operation as one SQL statement, which SQLite makes atomic.
//
//   TRY(auto records, SqliteRecords::open("postern.sqlite"));
//   TRY(records.begin());
//   TRY(const bool created, records.create(key, value, expires_at, now));
//   TRY(records.commit());
//
// One thread only, and one process: the file stays locked while it is open. Between begin() and commit() any number of
// operations; nothing is durable before commit() returned. After a failure call rollback(), then go on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/native/ports/sqlite.hpp"
#include "postern/ports/store.hpp"

namespace postern::native {

class SqliteRecords {
 public:
  // Makes the schema in an empty file. Errors name what the operator can do: a file of a newer version, of another
  // program, or held by another process.
  [[nodiscard]] static Result<SqliteRecords> open(const std::string& path);

  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<void> commit();
  void rollback();

  // As in ports/store.hpp. `now` decides what has expired.
  [[nodiscard]] Result<std::optional<Store::Entry>> get(std::string_view key, TimePoint now);
  [[nodiscard]] Result<void> put(std::string_view key, std::string_view value, TimePoint expires_at);
  [[nodiscard]] Result<bool> create(std::string_view key, std::string_view value, TimePoint expires_at, TimePoint now);
  [[nodiscard]] Result<bool> replace(std::string_view key, std::uint64_t version, std::string_view value,
                                     TimePoint expires_at, TimePoint now);
  [[nodiscard]] Result<std::optional<Store::Entry>> take(std::string_view key, TimePoint now);
  [[nodiscard]] Result<void> remove(std::string_view key);
  [[nodiscard]] Result<std::vector<Store::KeyedEntry>> scan(std::string_view prefix, std::string_view after,
                                                            std::size_t count, TimePoint now);

  // Removes up to `count` expired records from disk; how many it removed.
  [[nodiscard]] Result<int> sweep(TimePoint now, int count);

 private:
  struct Statements {
    SqliteStatement get, put, create, replace, take, remove, scan, sweep, save_version;
  };
  SqliteRecords(SqliteConnection database, Statements statements, std::int64_t last_version)
      : database_(std::move(database)), statements_(std::move(statements)), last_version_(last_version) {}
  [[nodiscard]] static Result<Statements> prepare(SqliteConnection& database);
  // Runs a statement that writes next_version(), which is then used up if it changed a row.
  [[nodiscard]] Result<bool> write(SqliteQuery& query);
  [[nodiscard]] std::int64_t next_version() const { return last_version_ + 1; }

  SqliteConnection database_;
  Statements statements_;
  std::int64_t last_version_;     // goes up even if the transaction is rolled back: no version is given twice
  bool version_unsaved_ = false;  // in this transaction
};

}  // namespace postern::native
