#include "postern/testing/recording_log.hpp"

#include <algorithm>
#include <format>

namespace postern::testing {

void RecordingLog::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = std::format("{} {}", to_string(level), event);
  for (const LogField& field : fields)
    line += std::visit([&](const auto& value) { return std::format(" {}={}", field.name, value); }, field.value);
  lines_.push_back(std::move(line));
}

bool RecordingLog::contains(std::string_view text) const {
  return std::ranges::any_of(lines_, [&](const std::string& line) { return line.contains(text); });
}

}  // namespace postern::testing
