// The Log port as JSON lines: one object, one line, one write(2), so lines of several loops never mix.
//
//   {"time":"2026-11-23T23:51:39.123Z","level":"info","event":"token.issued","client":"1a2b3c4d"}
//
// Any thread. Always valid JSON (postern/ports/log_line.hpp). A line that cannot be written is lost: a full disk must
// not stop the server.
#pragma once

#include <string>

#include "postern/base/time.hpp"
#include "postern/ports/log.hpp"

namespace postern::native {

[[nodiscard]] std::string json_line(TimePoint time, LogLevel level, std::string_view event,
                                    std::initializer_list<LogField> fields);

class JsonLog final : public Log {
 public:
  // `file` is a descriptor that stays open, such as STDERR_FILENO.
  JsonLog(int file, LogLevel least) : file_(file), least_(least) {}
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override;

 private:
  int file_;
  LogLevel least_;
};

}  // namespace postern::native
