#include "postern/uri/uri_template.hpp"

#include <algorithm>

#include "postern/base/utf8.hpp"
#include "postern/uri/percent.hpp"

namespace postern::uri {

namespace {

constexpr std::size_t variables_max = 16;

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(Error::Kind::invalid, "The URI template \"" + std::string{text} + "\" " + std::string{why});
}

// varname of RFC 6570 sec. 2.3, without its percent-encoded letters.
bool is_variable(std::string_view name) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && std::ranges::all_of(name, allowed);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    pieces.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return pieces;
}

std::optional<std::string> decode(std::string_view text) {
  auto value = percent_decode(text);
  if (!value || !is_utf8(*value)) return std::nullopt;
  return value;
}

}  // namespace

Result<UriTemplate> UriTemplate::parse(std::string_view text) {
  UriTemplate result;
  result.text_ = text;
  std::string* literal = &result.literal_;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    literal->append(rest.substr(0, open));
    if (literal->contains('}')) return refuse(text, "has a \"}\" too many.");
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) return refuse(text, "lacks a \"}\".");
    std::string_view expression = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);

    if (expression.starts_with('?')) {
      if (!rest.empty()) return refuse(text, "can have \"{?...}\" at its end only.");
      result.query_ = split(expression.substr(1), ',');
      continue;
    }
    const bool reserved = expression.starts_with('+');
    if (reserved) expression.remove_prefix(1);
    if (!result.parts_.empty() && literal->empty()) return refuse(text, "needs something between two variables.");
    if (!result.parts_.empty() && result.parts_.back().reserved)
      return refuse(text, "can have {+name} as the last only.");
    literal = &result.parts_.emplace_back(Part{std::string{expression}, reserved, {}}).literal;
  }

  std::vector<std::string> names = result.variables();
  for (const std::string& name : names) {
    if (!is_variable(name)) return refuse(text, "uses more of RFC 6570 than {name}, {+name} and {?name,name}.");
  }
  std::ranges::sort(names);
  if (std::ranges::adjacent_find(names) != names.end()) return refuse(text, "has a variable twice.");
  if (names.size() > variables_max) return refuse(text, "has too many variables.");
  return result;
}

std::vector<std::string> UriTemplate::variables() const {
  std::vector<std::string> names;
  names.reserve(parts_.size() + query_.size());
  for (const Part& part : parts_) names.push_back(part.name);
  names.insert(names.end(), query_.begin(), query_.end());
  return names;
}

std::optional<UriTemplate::Values> UriTemplate::match(std::string_view uri) const {
  std::string_view query;
  if (!query_.empty()) {
    const std::size_t mark = uri.find('?');
    if (mark != std::string_view::npos) {
      query = uri.substr(mark + 1);
      uri = uri.substr(0, mark);
    }
  }
  if (!uri.starts_with(literal_)) return std::nullopt;
  Values values;
  if (!match_parts(uri.substr(literal_.size()), values)) return std::nullopt;

  if (query.empty()) return values;
  for (const std::string& pair : split(query, '&')) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string name = pair.substr(0, equals);
    const auto value = decode(std::string_view{pair}.substr(std::min(equals + 1, pair.size())));
    const bool known = std::ranges::contains(query_, name);
    const bool repeated = std::ranges::contains(values, name, &Values::value_type::first);
    if (!known || repeated || !value) return std::nullopt;
    values.emplace_back(name, *value);
  }
  return values;
}

// Each variable but the last takes as little as what follows it allows. That never has to be taken back: what a longer
// value would hold, the next variables can hold as well.
bool UriTemplate::match_parts(std::string_view rest, Values& values) const {
  for (const auto& [name, reserved, literal] : parts_) {
    const bool last = &name == &parts_.back().name;
    std::size_t end = rest.size();
    if (last) {
      if (!rest.ends_with(literal)) return false;
      end -= literal.size();
    } else {
      end = rest.find(literal, 1);
    }
    if (end == std::string_view::npos || end == 0) return false;
    const std::string_view encoded = rest.substr(0, end);
    if (!reserved && encoded.find_first_of("/?#") != std::string_view::npos) return false;
    const auto value = decode(encoded);
    if (!value) return false;
    values.emplace_back(name, *value);
    rest.remove_prefix(end + literal.size());
  }
  return rest.empty();
}

}  // namespace postern::uri
