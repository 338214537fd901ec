#include "hosts/native/ports/sqlite.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <format>
#include <system_error>

namespace postern::native {
namespace {

std::unexpected<Error> unavailable(int code) {
  return fail(Error::Kind::unavailable, std::format("SQLite: {}.", sqlite3_errstr(code)));
}

// SQLite gives its write-ahead log the mode of the database file.
Result<void> make_private_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool done = file >= 0 && ::fchmod(file, S_IRUSR | S_IWUSR) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (done) return {};
  return fail(Error::Kind::unavailable,
              std::format("Cannot open the database {}: {}.", path, std::generic_category().message(error)));
}

}  // namespace

SqliteQuery::~SqliteQuery() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Result<bool> SqliteQuery::next() {
  if (!bound_) return unavailable(SQLITE_NOMEM);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return unavailable(code);
}

std::string SqliteQuery::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes ? std::string{static_cast<const char*>(bytes), static_cast<std::size_t>(size)} : std::string{};
}

void SqliteQuery::bind(int index, std::int64_t value) {
  bound_ = bound_ && sqlite3_bind_int64(statement_, index, value) == SQLITE_OK;
}

// A null pointer would bind NULL, which the empty text is not.
void SqliteQuery::bind(int index, std::string_view text) {
  bound_ = bound_ && sqlite3_bind_text64(statement_, index, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                                         SQLITE_UTF8) == SQLITE_OK;
}
void SqliteQuery::bind(int index, SqliteBlob blob) {
  bound_ = bound_ && sqlite3_bind_blob64(statement_, index, blob.bytes.data() ? blob.bytes.data() : "",
                                         blob.bytes.size(), SQLITE_STATIC) == SQLITE_OK;
}

Result<SqliteConnection> SqliteConnection::open(const std::string& path) {
  if (path != ":memory:") TRY(make_private_file(path));
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  SqliteConnection connection{database};  // to be closed even if it failed to open
  if (code != SQLITE_OK) return unavailable(code);
  return connection;
}

Result<SqliteStatement> SqliteConnection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return unavailable(code);
  return SqliteStatement{statement};
}

Result<void> SqliteConnection::execute(const char* sql) {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return unavailable(code);
  return {};
}

Result<std::string> SqliteConnection::query_text(std::string_view sql) {
  TRY(const SqliteStatement statement, prepare(sql));
  SqliteQuery query{statement};
  TRY(const bool found, query.next());
  if (!found) return fail(Error::Kind::internal, "SQLite gave no row.");
  return query.text(0);
}

}  // namespace postern::native
