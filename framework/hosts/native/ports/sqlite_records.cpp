#include "hosts/native/ports/sqlite_records.hpp"

#include <algorithm>
#include <charconv>
#include <format>
#include <utility>

#include "postern/base/limits.hpp"

namespace postern::native {
namespace {

// FULL: a commit is on the disk when it returns. EXCLUSIVE: one process has the file, which is what lets versions be
// counted in memory; SQLite then keeps the index of its write-ahead log in memory too.
constexpr const char* settings = R"(
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA trusted_schema = OFF;
)";

constexpr std::int64_t schema_version = 1;
constexpr const char* schema = R"(
  BEGIN IMMEDIATE;
  CREATE TABLE records (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER NOT NULL  -- milliseconds since 1970
  ) WITHOUT ROWID;
  CREATE INDEX records_by_expiry ON records (expires_at);
  CREATE TABLE last_version (only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL);
  INSERT INTO last_version VALUES (1, 0);
  PRAGMA user_version = 1;
  COMMIT;
)";

std::int64_t milliseconds(TimePoint time) { return time.time_since_epoch().count(); }
TimePoint time_point(std::int64_t value) { return TimePoint{Duration{value}}; }

Result<std::int64_t> query_integer(SqliteConnection& database, std::string_view sql) {
  TRY(const std::string text, database.query_text(sql));
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Result<void> make_or_check_schema(SqliteConnection& database, const std::string& path) {
  TRY(const std::int64_t version, query_integer(database, "PRAGMA user_version"));
  if (version == schema_version) return {};
  if (version > schema_version) {
    return fail(Error::Kind::invalid,
                std::format("The database {} has schema version {}, made by a newer Postern; this "
                            "one knows {}. Run the newer program, or use another file.",
                            path, version, schema_version));
  }
  TRY(const std::int64_t tables, query_integer(database, "SELECT count(*) FROM sqlite_schema"));
  if (version != 0 || tables != 0)
    return fail(Error::Kind::invalid, std::format("The file {} is a database of another program.", path));
  return database.execute(schema);
}

Store::Entry entry_at(const SqliteQuery& query, int column) {
  return {query.text(column), static_cast<std::uint64_t>(query.integer(column + 1)),
          time_point(query.integer(column + 2))};
}

Result<std::optional<Store::Entry>> only_entry(SqliteQuery& query) {
  TRY(const bool found, query.next());
  if (!found) return std::nullopt;
  std::optional entry{entry_at(query, 0)};
  TRY(query.next());  // runs a RETURNING statement to its end
  return entry;
}

}  // namespace

Result<SqliteRecords> SqliteRecords::open(const std::string& path) {
  TRY(SqliteConnection database, SqliteConnection::open(path));
  if (auto set = database.execute(settings); !set) {
    return fail(
        Error::Kind::unavailable,
        std::format("Cannot use the database {} ({}) Does another process have it open?", path, set.error().message));
  }
  TRY(make_or_check_schema(database, path));
  TRY(const std::int64_t last_version, query_integer(database, "SELECT version FROM last_version"));
  TRY(Statements statements, prepare(database));
  return SqliteRecords{std::move(database), std::move(statements), last_version};
}

Result<SqliteRecords::Statements> SqliteRecords::prepare(SqliteConnection& database) {
  const auto into = [&](SqliteStatement& statement, std::string_view sql) -> Result<void> {
    TRY(statement, database.prepare(sql));
    return {};
  };
  Statements all;
  TRY(into(all.get, "SELECT value, version, expires_at FROM records WHERE key = ?1 AND expires_at > ?2"));
  TRY(into(all.put,
           "INSERT INTO records VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO UPDATE "
           "SET value = ?2, version = ?3, expires_at = ?4"));
  TRY(into(all.create,
           "INSERT INTO records VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO UPDATE "
           "SET value = ?2, version = ?3, expires_at = ?4 WHERE records.expires_at <= ?5"));
  TRY(into(all.replace,
           "UPDATE records SET value = ?2, version = ?3, expires_at = ?4 "
           "WHERE key = ?1 AND version = ?5 AND expires_at > ?6"));
  TRY(into(all.take, "DELETE FROM records WHERE key = ?1 AND expires_at > ?2 RETURNING value, version, expires_at"));
  TRY(into(all.remove, "DELETE FROM records WHERE key = ?1"));
  TRY(into(all.scan,
           "SELECT key, value, version, expires_at FROM records "
           "WHERE key >= ?1 AND key < ?2 AND key > ?3 AND expires_at > ?4 ORDER BY key LIMIT ?5"));
  TRY(into(all.sweep, "DELETE FROM records WHERE key IN (SELECT key FROM records WHERE expires_at <= ?1 LIMIT ?2)"));
  TRY(into(all.save_version, "UPDATE last_version SET version = ?1"));
  return all;
}

Result<void> SqliteRecords::begin() {
  version_unsaved_ = false;
  return database_.execute("BEGIN");
}

Result<void> SqliteRecords::commit() {
  if (version_unsaved_) {
    SqliteQuery query{statements_.save_version, last_version_};
    TRY(query.next());
  }
  return database_.execute("COMMIT");
}

// Some failures have rolled back already. One of the rollback itself shows again at the next begin().
void SqliteRecords::rollback() {
  if (database_.in_transaction()) (void)database_.execute("ROLLBACK");
}

Result<bool> SqliteRecords::write(SqliteQuery& query) {
  TRY(query.next());
  if (database_.changes() == 0) return false;
  ++last_version_;
  version_unsaved_ = true;
  return true;
}

Result<std::optional<Store::Entry>> SqliteRecords::get(std::string_view key, TimePoint now) {
  SqliteQuery query{statements_.get, key, milliseconds(now)};
  return only_entry(query);
}

Result<void> SqliteRecords::put(std::string_view key, std::string_view value, TimePoint expires_at) {
  SqliteQuery query{statements_.put, key, SqliteBlob{value}, next_version(), milliseconds(expires_at)};
  TRY(write(query));
  return {};
}

Result<bool> SqliteRecords::create(std::string_view key, std::string_view value, TimePoint expires_at, TimePoint now) {
  SqliteQuery query{statements_.create, key, SqliteBlob{value}, next_version(), milliseconds(expires_at),
                    milliseconds(now)};
  return write(query);
}

Result<bool> SqliteRecords::replace(std::string_view key, std::uint64_t version, std::string_view value,
                                    TimePoint expires_at, TimePoint now) {
  SqliteQuery query{statements_.replace,      key,
                    SqliteBlob{value},        next_version(),
                    milliseconds(expires_at), static_cast<std::int64_t>(version),
                    milliseconds(now)};
  return write(query);
}

Result<std::optional<Store::Entry>> SqliteRecords::take(std::string_view key, TimePoint now) {
  SqliteQuery query{statements_.take, key, milliseconds(now)};
  return only_entry(query);
}

Result<void> SqliteRecords::remove(std::string_view key) {
  SqliteQuery query{statements_.remove, key};
  TRY(query.next());
  return {};
}

Result<std::vector<Store::KeyedEntry>> SqliteRecords::scan(std::string_view prefix, std::string_view after,
                                                           std::size_t count, TimePoint now) {
  std::string end{prefix};  // the first key beyond the prefix: keys are ASCII, so the last byte can be raised
  ++end.back();
  const auto limit = static_cast<std::int64_t>(std::min(count, limits::store_scan_max));
  SqliteQuery query{statements_.scan, prefix, std::string_view{end}, after, milliseconds(now), limit};
  std::vector<Store::KeyedEntry> found;
  while (true) {
    TRY(const bool more, query.next());
    if (!more) return found;
    found.push_back({query.text(0), entry_at(query, 1)});
  }
}

Result<int> SqliteRecords::sweep(TimePoint now, int count) {
  SqliteQuery query{statements_.sweep, milliseconds(now), std::int64_t{count}};
  TRY(query.next());
  return database_.changes();
}

}  // namespace postern::native
