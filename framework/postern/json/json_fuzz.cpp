// What is parsed, serialized and parsed again is the same; and no value, pattern or text makes decoding or matching
// fail other than by saying so. What is decoded and encoded is decoded to the same.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "postern/base/ensure.hpp"
#include "postern/json/bind.hpp"

namespace {

using namespace postern;

enum class Colour { red, green };
struct Shape {
  std::string name;
  std::variant<int, std::string, std::vector<Shape>> inside;
  std::optional<Colour> colour;
  std::map<std::string, double> sizes;
  std::uint8_t count = 1;
  std::optional<TimePoint> at;
  json::Value any;
};

void check_value(std::string_view text) {
  const auto value = json::parse(text);
  if (!value) return;
  const std::string written = json::serialize(*value);
  const auto again = json::parse(written);
  ensure(again && *again == *value);

  for (const auto unknown : {json::UnknownMembers::refuse, json::UnknownMembers::ignore}) {
    const auto shape = json::decode<Shape>(*value, unknown);
    if (!shape) continue;
    const auto encoded = json::parse(json::encode(*shape));
    ensure(encoded.has_value());
    const auto shape_again = json::decode<Shape>(*encoded, json::UnknownMembers::refuse);
    ensure(shape_again && json::parse(json::encode(*shape_again)) == encoded);
  }
}

void check_pattern(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || text.size() > 2'000) return;
  const auto pattern = json::Pattern::compile(text.substr(0, end));
  if (pattern) static_cast<void>(pattern->matches(text.substr(end + 1)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_value(text);
  check_pattern(text);
  for (const auto format : {json::Format::date_time, json::Format::email, json::Format::uri}) {
    static_cast<void>(json::matches_format(format, text));
  }
  return 0;
}
