// The formats of JSON Schema 2020-12 (validation vocabulary, sec. 7.3) that fields may name, as checks.
//
//   matches_format(Format::date, "2024-02-29")         true: RFC 3339, and the day exists
//
// Also times as text, both ways: RFC 3339 date-times, which std::chrono time points are bound to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "postern/base/time.hpp"

namespace postern::json {

enum class Format { date_time, date, email, uri, uuid };

[[nodiscard]] constexpr std::string_view to_string(Format format) {
  switch (format) {
    case Format::date_time:
      return "date-time";
    case Format::date:
      return "date";
    case Format::email:
      return "email";
    case Format::uri:
      return "uri";
    case Format::uuid:
      return "uuid";
  }
  return "";
}

[[nodiscard]] constexpr std::optional<Format> find_format(std::string_view name) {
  for (const Format format : {Format::date_time, Format::date, Format::email, Format::uri, Format::uuid}) {
    if (to_string(format) == name) return format;
  }
  return std::nullopt;
}

// email: RFC 5321's Mailbox with a dot-atom before the @ and a host name behind it; no quoted strings, no addresses in
// brackets. uri: RFC 3986 characters, a scheme, and percent-codes that are whole; the parts are not looked into.
// uuid: RFC 9562's 8-4-4-4-12 hexadecimal digits.
[[nodiscard]] bool matches_format(Format format, std::string_view text);

// RFC 3339 sec. 5.6, to the millisecond: more digits are read and cut. A leap second (23:59:60 UTC) is the second
// after.
[[nodiscard]] std::optional<TimePoint> parse_date_time(std::string_view text);
// "2026-01-31T12:00:00Z", with ".250" before the Z if there are milliseconds. Years 0 to 9999; others are cut to these.
[[nodiscard]] std::string format_date_time(TimePoint time);

}  // namespace postern::json
