// SQLite's connection and statements as values: prepared once, bound and run many times.
//
//   TRY(auto database, SqliteConnection::open("postern.sqlite"));
//   TRY(auto find, database.prepare("SELECT value FROM records WHERE key = ?1"));
//   SqliteQuery query{find, key};                     // bound; reset when it goes
//   TRY(const bool found, query.next());
//   if (found) use(query.text(0));
//
// One thread only. What is bound must live as long as the query. Every failure is `unavailable`: the disk is full, the
// file cannot be read, or somebody else holds it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "postern/base/result.hpp"

namespace postern::native {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using SqliteStatement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Bytes to bind as a BLOB; a std::string_view by itself is bound as TEXT.
struct SqliteBlob {
  std::string_view bytes;
};

class SqliteQuery {
 public:
  template <class... Values>
  explicit SqliteQuery(const SqliteStatement& statement, const Values&... values) : statement_(statement.get()) {
    int index = 0;
    (bind(++index, values), ...);
  }
  SqliteQuery(const SqliteQuery&) = delete;
  SqliteQuery& operator=(const SqliteQuery&) = delete;
  ~SqliteQuery();

  // Runs on to the next row; false at the end. A change is made by the first call.
  [[nodiscard]] Result<bool> next();
  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string text(int column) const;

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind(int index, SqliteBlob blob);

  sqlite3_stmt* statement_;
  bool bound_ = true;
};

class SqliteConnection {
 public:
  // Makes the file, readable by its owner only, if there is none.
  [[nodiscard]] static Result<SqliteConnection> open(const std::string& path);

  [[nodiscard]] Result<SqliteStatement> prepare(std::string_view sql);
  // One or more statements without parameters or rows.
  [[nodiscard]] Result<void> execute(const char* sql);
  // The first column of the first row.
  [[nodiscard]] Result<std::string> query_text(std::string_view sql);

  // How many rows the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] int changes() const { return sqlite3_changes(database_.get()); }
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  explicit SqliteConnection(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace postern::native
