#include "postern/uri/host.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include "postern/uri/characters.hpp"

namespace postern::uri {
namespace {

constexpr std::size_t name_bytes_max = 253;  // RFC 1035 sec. 2.3.4, without the length bytes
constexpr std::size_t label_bytes_max = 63;

using Ipv4 = std::array<std::uint8_t, 4>;
using Ipv6 = std::array<std::uint16_t, 8>;

// Cuts the front off, up to the separator, and the separator as well.
std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

// RFC 3986 sec. 3.2.2: IPv4address, which knows no leading zeros.
std::optional<Ipv4> parse_ipv4(std::string_view text) {
  if (std::ranges::count(text, '.') != 3 || text.ends_with('.')) return std::nullopt;
  Ipv4 address{};
  for (std::uint8_t& byte : address) {
    const std::string_view part = take_until(text, '.');
    if (part.size() > 1 && part.starts_with('0')) return std::nullopt;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), byte);
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
  }
  return address;
}

// Reads the groups on one side of "::" and gives how many they are; nullopt if one is malformed. Only `last_side` may
// end with an IPv4 address.
enum class Side : std::uint8_t { first, last };
std::optional<std::size_t> parse_groups(std::string_view text, Side side, Ipv6& groups) {
  std::size_t count = 0;
  if (text.ends_with(':')) return std::nullopt;
  while (!text.empty()) {
    const std::string_view part = take_until(text, ':');
    if (count == groups.size()) return std::nullopt;
    if (part.contains('.') && text.empty() && side == Side::last) {
      const auto ipv4 = parse_ipv4(part);
      if (!ipv4 || count + 2 > groups.size()) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>((*ipv4)[0] << 8 | (*ipv4)[1]);
      groups[count++] = static_cast<std::uint16_t>((*ipv4)[2] << 8 | (*ipv4)[3]);
      break;
    }
    if (part.empty() || part.size() > 4) return std::nullopt;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), groups[count++], 16);
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
  }
  return count;
}

// RFC 3986 sec. 3.2.2: IPv6address, with no zone.
std::optional<Ipv6> parse_ipv6(std::string_view text) {
  Ipv6 address{};
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto count = parse_groups(text, Side::last, address);
    return count == address.size() ? std::optional{address} : std::nullopt;
  }
  Ipv6 tail{};
  const auto before = parse_groups(text.substr(0, gap), Side::first, address);
  const auto after = parse_groups(text.substr(gap + 2), Side::last, tail);
  if (!before || !after || *before + *after >= address.size()) return std::nullopt;
  std::ranges::copy_n(tail.begin(), static_cast<std::ptrdiff_t>(*after),
                      address.end() - static_cast<std::ptrdiff_t>(*after));
  return address;
}

// RFC 5952 sec. 4: lower case, no leading zeros, "::" for the first of the longest runs of two zeros or more.
std::string serialize(const Ipv6& address) {
  std::size_t gap_begin = address.size();
  std::size_t gap_size = 1;
  for (std::size_t i = 0; i < address.size(); ++i) {
    std::size_t size = 0;
    while (i + size < address.size() && address[i + size] == 0) ++size;
    if (size > gap_size) {
      gap_begin = i;
      gap_size = size;
    }
  }
  std::string text = "[";
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (i == gap_begin) {
      text += "::";
      i += gap_size - 1;
      continue;
    }
    if (i > 0 && !text.ends_with(':')) text += ':';
    std::array<char, 4> digits{};
    text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), address[i], 16).ptr);
  }
  return text + ']';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= label_bytes_max &&
         std::ranges::all_of(label, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

// Whether WHATWG would read the whole host as an IPv4 address because of this last label (URL sec. 3.5).
bool is_number(std::string_view label) {
  if (label.starts_with("0x") || label.starts_with("0X")) return std::ranges::all_of(label.substr(2), is_hex_digit);
  return std::ranges::all_of(label, is_digit);
}

}  // namespace

std::optional<std::string> canonical_host(std::string_view host) {
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    const auto address = parse_ipv6(host.substr(1, host.size() - 2));
    return address ? std::optional{serialize(*address)} : std::nullopt;
  }
  if (parse_ipv4(host)) return std::string{host};
  if (host.empty() || host.size() > name_bytes_max) return std::nullopt;
  std::string_view rest = host;
  std::string_view label;
  while (!rest.empty()) {
    label = take_until(rest, '.');  // so one dot at the very end, the DNS root, is fine
    if (!is_label(label)) return std::nullopt;
  }
  if (is_number(label)) return std::nullopt;
  std::string name{host};
  std::ranges::transform(name, name.begin(), to_lower);
  return name;
}

std::optional<std::string> ipv6_network(std::string_view address) {
  auto groups = parse_ipv6(address);
  constexpr Ipv6 mapped{0, 0, 0, 0, 0, 0xffff};  // RFC 4291 sec. 2.5.5.2
  if (!groups || std::equal(groups->begin(), groups->begin() + 6, mapped.begin())) return std::nullopt;
  std::fill(groups->begin() + 4, groups->end(), 0);
  return serialize(*groups);
}

}  // namespace postern::uri
