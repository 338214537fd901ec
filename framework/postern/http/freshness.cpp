#include "postern/http/freshness.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "postern/http/token.hpp"

namespace postern::http {
namespace {

using std::chrono::seconds;

constexpr seconds longest{std::uint32_t{1} << 31};  // sec. 1.2.2

// delta-seconds; 0 for what is not one.
seconds parse_seconds(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, text.size() - 2);
  if (text.empty() || !std::ranges::all_of(text, uri::is_digit)) return seconds{0};
  seconds::rep number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::min(seconds{number}, longest) : longest;
}

struct Directives {
  bool no_store = false;
  bool no_cache = false;
  std::optional<seconds> max_age;
  std::optional<seconds> s_maxage;

  void read(std::string_view directive) {
    const std::size_t equals = std::min(directive.find('='), directive.size());
    const std::string_view name = trim(directive.substr(0, equals));
    const std::string_view value = trim(directive.substr(std::min(equals + 1, directive.size())));
    if (equal_ignoring_case(name, "no-store") || equal_ignoring_case(name, "private")) no_store = true;
    if (equal_ignoring_case(name, "no-cache")) no_cache = true;
    if (equal_ignoring_case(name, "max-age") && !max_age) max_age = parse_seconds(value);
    if (equal_ignoring_case(name, "s-maxage") && !s_maxage) s_maxage = parse_seconds(value);
  }
};

Directives read_cache_control(const HeaderMap& headers) {
  Directives directives;
  for (const Header& field : headers) {
    if (!equal_ignoring_case(field.name, "Cache-Control")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      directives.read(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return directives;
}

}  // namespace

Freshness freshness_of(const HeaderMap& headers) {
  const Directives directives = read_cache_control(headers);
  Freshness freshness{.may_be_stored = !directives.no_store};
  const auto stated = directives.s_maxage ? directives.s_maxage : directives.max_age;
  if (directives.no_cache) {
    freshness.lifetime = seconds{0};
  } else if (stated) {
    const std::string* age = headers.find("Age");
    freshness.lifetime = std::max(seconds{0}, *stated - (age ? parse_seconds(*age) : seconds{0}));
  } else if (headers.find("Expires")) {
    freshness.lifetime = seconds{0};
  }
  return freshness;
}

}  // namespace postern::http
