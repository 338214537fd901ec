// The Log port over console.log: one JSON object a line, as `wrangler tail` shows them.
#pragma once

#include <string>

#include "hosts/workers/host.hpp"
#include "postern/ports/log.hpp"
#include "postern/ports/log_line.hpp"

namespace postern::workers {

class HostLog final : public Log {
 public:
  explicit HostLog(LogLevel least) : least_(least) {}

  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override {
    if (level < least_) return;
    std::string line = R"({"level":")";
    line += to_string(level);
    line += "\",";
    append_log_fields(line, event, fields);
    line += '}';
    host::host_log(static_cast<std::uint32_t>(level), line.data(), line.size());
  }

 private:
  LogLevel least_;
};

}  // namespace postern::workers
