// Structured log lines: one event name and a few fields. The host adds the time and writes one JSON object a line.
//
//   log.write(LogLevel::info, "token.issued", {{"request", request.id}, {"client", short_hash(client)}});
//
// Never a token, code, cookie, Authorization value or the query of /authorize or /callback (threat 44): log the short
// hash of an id where lines must be tied together. Control characters are escaped by the host, so no input can forge a
// line.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <variant>

namespace postern {

enum class LogLevel { debug, info, warning, error };

[[nodiscard]] constexpr std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

[[nodiscard]] constexpr std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    if (to_string(level) == text) return level;
  }
  return std::nullopt;
}

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;

  LogField(std::string_view field, std::string_view text) : name(field), value(text) {}
  LogField(std::string_view field, const char* text) : name(field), value(std::string_view{text}) {}
  LogField(std::string_view field, std::same_as<bool> auto flag) : name(field), value(flag) {}
  LogField(std::string_view field, std::integral auto number)
    requires(!std::same_as<decltype(number), bool>)
      : name(field), value(static_cast<std::int64_t>(number)) {}
};

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) = 0;
};

}  // namespace postern
