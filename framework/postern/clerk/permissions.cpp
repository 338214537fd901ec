#include "postern/clerk/permissions.hpp"

#include <algorithm>
#include <cstddef>

#include "postern/base/concat.hpp"

namespace postern::clerk {
namespace {

constexpr std::size_t map_digits_max = 80;      // 265 bits
constexpr std::size_t permissions_max = 1'000;  // decoded ones

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> parts;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    parts.push_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

// The names of the features whose scope includes the organization, in their order.
std::optional<std::vector<std::string_view>> organization_features(std::string_view list) {
  std::vector<std::string_view> names;
  for (std::string_view feature : split(list)) {
    const std::size_t colon = feature.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view scope = feature.substr(0, colon);
    if (scope == "o" || scope == "ou" || scope == "uo") names.push_back(feature.substr(colon + 1));
  }
  return names;
}

// Halves a decimal number in place and returns the bit that falls out.
bool take_lowest_bit(std::string& digits) {
  int remainder = 0;
  for (char& digit : digits) {
    const int value = remainder * 10 + (digit - '0');
    digit = static_cast<char>('0' + value / 2);
    remainder = value % 2;
  }
  return remainder == 1;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= map_digits_max &&
         std::ranges::all_of(text, [](char character) { return character >= '0' && character <= '9'; });
}

}  // namespace

std::optional<std::vector<std::string>> decode_permissions(std::string_view features, std::string_view permissions,
                                                           std::string_view map) {
  const auto feature_names = organization_features(features);
  const auto permission_names = split(permissions);
  const auto numbers = split(map);
  if (!feature_names || numbers.size() > feature_names->size()) return std::nullopt;
  std::vector<std::string> decoded;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!is_number(numbers[i])) return std::nullopt;
    std::string bits{numbers[i]};
    for (std::string_view permission : permission_names) {
      if (!take_lowest_bit(bits)) continue;
      if (decoded.size() == permissions_max) return std::nullopt;
      decoded.push_back(concat("org:", (*feature_names)[i], ":", permission));
    }
  }
  return decoded;
}

}  // namespace postern::clerk
