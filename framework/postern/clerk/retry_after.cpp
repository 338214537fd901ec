#include "postern/clerk/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <system_error>

#include "postern/http/date.hpp"

namespace postern::clerk {

std::optional<Duration> parse_retry_after(const http::HeaderMap& headers, TimePoint now) {
  const std::string* text = headers.find_only("Retry-After");
  if (text == nullptr) return std::nullopt;
  unsigned seconds = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (failure == std::errc{} && end == text->data() + text->size()) return std::chrono::seconds{seconds};
  const auto until = http::parse_date(*text);
  if (!until) return std::nullopt;
  const std::string* date = headers.find_only("Date");
  const TimePoint sent_at = date == nullptr ? now : http::parse_date(*date).value_or(now);
  return std::max(*until - sent_at, Duration::zero());
}

}  // namespace postern::clerk
