#include "hosts/native/ports/json_log.hpp"

#include <unistd.h>

#include <chrono>

#include "postern/base/concat.hpp"
#include "postern/json/format.hpp"
#include "postern/ports/log_line.hpp"

namespace postern::native {

std::string json_line(TimePoint time, LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = concat(R"({"time":")", json::format_date_time(time), R"(","level":")", to_string(level), R"(",)");
  append_log_fields(line, event, fields);
  return line += "}\n";
}

void JsonLog::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < least_) return;
  const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  const std::string line = json_line(now, level, event, fields);
  [[maybe_unused]] const ssize_t written = ::write(file_, line.data(), line.size());
}

}  // namespace postern::native
