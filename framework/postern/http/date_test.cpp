#include "postern/http/date.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace postern;
using namespace std::chrono_literals;

TEST_CASE("a date as HTTP writes it is read, and nothing that resembles it") {
  // RFC 9110 sec. 5.6.7; the number is that of `date -u -d ... +%s`.
  CHECK(http::parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == TimePoint{784111777s});
  CHECK(http::parse_date("Thu, 29 Feb 2024 23:59:60 GMT") == TimePoint{1709251200s});  // a leap second
  for (const char* text :
       {"", "120", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT", "Sun, 30 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, -6 Nov 1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK_FALSE(http::parse_date(text));
  }
}
