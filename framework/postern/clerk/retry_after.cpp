#include "postern/clerk/retry_after.hpp"

#include <charconv>
#include <chrono>
#include <string>
#include <system_error>

namespace postern::clerk {

std::optional<Duration> parse_retry_after(const http::HeaderMap& headers) {
  const std::string* text = headers.find_only("Retry-After");
  if (text == nullptr) return std::nullopt;
  unsigned seconds = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (failure != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return std::chrono::seconds{seconds};
}

}  // namespace postern::clerk
