#include "postern/http/date.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace postern::http {
namespace {

// A letter stands for any of its kind: 'd' for a digit, 'a' for a letter of a name.
constexpr std::string_view form = "aaa, dd aaa dddd dd:dd:dd GMT";

bool fits(char c, char of) {
  if (of == 'd') return c >= '0' && c <= '9';
  if (of == 'a') return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return c == of;
}

unsigned number(std::string_view digits) {
  unsigned value = 0;
  for (const char digit : digits) value = value * 10 + static_cast<unsigned>(digit - '0');
  return value;
}

}  // namespace

std::optional<TimePoint> parse_date(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (!std::ranges::equal(text, form, fits)) return std::nullopt;
  const std::size_t month_at = months.find(text.substr(8, 3));
  if (month_at == std::string_view::npos || month_at % 3 != 0) return std::nullopt;
  const year_month_day day{year{static_cast<int>(number(text.substr(12, 4)))},
                           month{static_cast<unsigned>(month_at / 3 + 1)}, std::chrono::day{number(text.substr(5, 2))}};
  const unsigned hour = number(text.substr(17, 2)), minute = number(text.substr(20, 2)),
                 second = number(text.substr(23, 2));
  if (!day.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return TimePoint{sys_days{day} + hours{hour} + minutes{minute} + seconds{second}};
}

}  // namespace postern::http
