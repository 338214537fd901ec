#include "postern/json/format.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace postern;
using json::Format;

namespace {

struct Row {
  Format format;
  std::string_view text;
};

}  // namespace

TEST_CASE("text of a format is recognised") {
  const std::string label(63, 'a');
  const std::string longest_label = "a@" + label + ".example";
  const Row rows[] = {
      // RFC 3339 sec. 5.8
      {Format::date_time, "1985-04-12T23:20:50.52Z"},
      {Format::date_time, "1996-12-19T16:39:57-08:00"},
      {Format::date_time, "1990-12-31T23:59:60Z"},
      {Format::date_time, "1990-12-31T15:59:60-08:00"},
      {Format::date_time, "1937-01-01T12:00:27.87+00:20"},
      {Format::date_time, "2026-01-31t12:00:00z"},
      {Format::date_time, "2026-01-31T12:00:00.123456789Z"},
      {Format::date, "2024-02-29"},
      {Format::date, "2000-02-29"},
      {Format::date, "0000-01-01"},
      {Format::email, "ada@example.com"},
      {Format::email, "ada+mcp.x@mail.example.com"},
      {Format::email, "o'neill@example"},
      {Format::email, longest_label},
      // RFC 3986 sec. 1.1.2
      {Format::uri, "ftp://ftp.is.co.za/rfc/rfc1808.txt"},
      {Format::uri, "ldap://[2001:db8::7]/c=GB?objectClass?one"},
      {Format::uri, "mailto:John.Doe@example.com"},
      {Format::uri, "urn:oasis:names:specification:docbook:dtd:xml:4.1.2"},
      {Format::uri, "https://example.com/a%20b?c=d#e"},
      // RFC 9562 sec. 4
      {Format::uuid, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
      {Format::uuid, "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(json::matches_format(row.format, row.text));
  }
}

TEST_CASE("text that is not of a format is refused") {
  const std::string long_label = "a@" + std::string(64, 'a') + ".example";
  const std::string long_local = std::string(65, 'a') + "@example.com";
  const Row rows[] = {
      {Format::date_time, ""},
      {Format::date_time, "2026-01-31"},
      {Format::date_time, "2026-01-31T12:00:00"},
      {Format::date_time, "2026-01-31 12:00:00Z"},
      {Format::date_time, "2026-01-31T12:00Z"},
      {Format::date_time, "2026-01-31T24:00:00Z"},
      {Format::date_time, "2026-01-31T12:60:00Z"},
      {Format::date_time, "2026-01-31T12:00:60Z"},
      {Format::date_time, "2026-01-31T12:00:00.Z"},
      {Format::date_time, "2026-01-31T12:00:00+0100"},
      {Format::date_time, "2026-01-31T12:00:00+24:00"},
      {Format::date_time, "2026-01-31T12:00:00Z "},
      {Format::date_time, "2026-02-30T12:00:00Z"},
      {Format::date_time, "-026-01-31T12:00:00Z"},
      {Format::date, "2023-02-29"},
      {Format::date, "1900-02-29"},
      {Format::date, "2024-13-01"},
      {Format::date, "2024-00-01"},
      {Format::date, "2024-01-00"},
      {Format::date, "2024-1-1"},
      {Format::date, "2024-01-01Z"},
      {Format::date, "20240101"},
      {Format::email, ""},
      {Format::email, "ada"},
      {Format::email, "@example.com"},
      {Format::email, "ada@"},
      {Format::email, ".ada@example.com"},
      {Format::email, "a..b@example.com"},
      {Format::email, "a b@example.com"},
      {Format::email, "a@b@example.com"},
      {Format::email, "a@-example.com"},
      {Format::email, "a@example..com"},
      {Format::email, "a@example.com\n"},
      {Format::email, long_label},
      {Format::email, long_local},
      {Format::uri, ""},
      {Format::uri, "/relative"},
      {Format::uri, "://example.com"},
      {Format::uri, "1http://example.com"},
      {Format::uri, "http://example.com/a b"},
      {Format::uri, "http://example.com/%2"},
      {Format::uri, "http://example.com/%zz"},
      {Format::uri, "http://example.com/#a#b"},
      {Format::uri, "http://ex\u00e4mple.com"},
      {Format::uri, "http://example.com\\a"},
      {Format::uuid, "f81d4fae7dec11d0a76500a0c91e6bf6"},
      {Format::uuid, "f81d4fae-7dec-11d0-a765-00a0c91e6bf"},
      {Format::uuid, "g81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
      {Format::uuid, "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK_FALSE(json::matches_format(row.format, row.text));
  }
}

TEST_CASE("a date-time is the moment it says, and is written in UTC") {
  // RFC 3339 sec. 5.8: these two are the same moment.
  CHECK(json::parse_date_time("1996-12-19T16:39:57-08:00") == json::parse_date_time("1996-12-20T00:39:57Z"));
  CHECK(json::parse_date_time("1970-01-01T00:00:01Z") == from_unix_seconds(1));
  CHECK(json::parse_date_time("2001-09-09T01:46:40.5Z") == from_unix_seconds(1'000'000'000) + Duration{500});
  CHECK(json::parse_date_time("1990-12-31T23:59:60Z") == json::parse_date_time("1991-01-01T00:00:00Z"));
  CHECK(json::format_date_time(from_unix_seconds(1'000'000'000)) == "2001-09-09T01:46:40Z");
  CHECK(json::format_date_time(from_unix_seconds(-1) + Duration{7}) == "1969-12-31T23:59:59.007Z");
  CHECK(json::format_date_time(TimePoint::max()) == "9999-12-31T23:59:59.999Z");
  CHECK(json::format_date_time(TimePoint::min()) == "0000-01-01T00:00:00Z");
}
