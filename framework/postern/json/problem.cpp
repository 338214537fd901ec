#include "postern/json/problem.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>

#include "postern/base/concat.hpp"
#include "postern/base/utf8.hpp"

namespace postern::json {

namespace {

constexpr std::size_t shown_bytes_max = 80;

// "orders[3].status: ", or nothing for the root.
std::string prefix(const Path& path) {
  std::string text;
  for (const Path* step = &path; step->parent; step = step->parent) {
    const bool is_element = step->name.data() == nullptr;
    text.insert(0, is_element ? concat("[", step->index, "]") : concat(".", utf8_prefix(step->name, shown_bytes_max)));
  }
  if (text.empty()) return text;
  if (text.starts_with('.')) text.erase(0, 1);
  return text + ": ";
}

std::string show(const Value& value) {
  if (value.is_object()) return "an object";
  if (const Array* array = value.if_array()) return concat("an array of ", array->size());
  if (const String* string = value.if_string()) {
    const std::string_view text{string->data(), string->size()};
    std::string quoted = serialize(Value(boost::json::string_view{utf8_prefix(text, shown_bytes_max)}));
    if (text.size() > shown_bytes_max) quoted.insert(quoted.size() - 1, "...");
    return quoted;
  }
  return serialize(value);
}

std::string number_text(double number) {
  if (std::trunc(number) == number && std::abs(number) < 1e15) return concat(static_cast<std::int64_t>(number));
  // The library writes the shortest digits, and always an exponent: "-1.25E1".
  std::string text = serialize(Value(number));
  const std::size_t mark = text.find('E');
  const std::string sign{number < 0 ? "-" : ""};
  std::string digits = text.substr(sign.size(), mark - sign.size());
  int exponent = 0;
  std::from_chars(text.data() + mark + 1, text.data() + text.size(), exponent);
  std::erase(digits, '.');
  const int count = static_cast<int>(digits.size());
  if (exponent < -6 || exponent + 1 >= count) return text;
  if (exponent < 0) return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  return sign + digits.insert(static_cast<std::size_t>(exponent) + 1, 1, '.');
}

std::string describe_count(const std::string& noun, std::string_view unit, std::size_t min, std::size_t max) {
  const bool bounded = max != std::numeric_limits<std::size_t>::max();
  if (min == 0 && !bounded) return noun;
  if (!bounded) return concat(noun, " of ", min, " or more ", unit);
  if (min == 0) return concat(noun, " of up to ", max, " ", unit);
  if (min == max) return concat(noun, " of ", min, " ", unit);
  return concat(noun, " of ", min, " to ", max, " ", unit);
}

}  // namespace

void Problems::wrong(const Path& path, std::string_view expected, const Value& got) {
  other(path, concat("expected ", expected, ", got ", show(got)));
}

void Problems::missing(const Path& path, std::string_view expected, std::string_view description) {
  other(path, description.empty() ? concat("missing; expected ", expected)
                                  : concat("missing; expected ", expected, ": ", description));
}

void Problems::unknown(const Path& path, std::string_view name, std::string_view known) {
  other({.parent = &path, .name = name}, concat("not known here; known are ", known.empty() ? "none" : known));
}

void Problems::other(const Path& path, std::string_view sentence) {
  if (full()) return;
  found_.push_back(prefix(path) + std::string{sentence});
}

void Problems::add(Problems more) {
  std::ranges::move(more.found_, std::back_inserter(found_));
  if (found_.size() > told_max + 1) found_.resize(told_max + 1);
}

Error Problems::to_error() const {
  std::string message;
  for (std::size_t i = 0; i < found_.size() && i < told_max; ++i) {
    if (i > 0) message += "; ";
    message += found_[i];
  }
  if (full()) message += "; and more";
  return {Error::Kind::invalid, std::move(message)};
}

std::string describe_number(std::string_view noun, const range& bounds) {
  const bool from = std::isfinite(bounds.min);
  const bool to = std::isfinite(bounds.max);
  if (from && to) return concat(noun, " from ", number_text(bounds.min), " to ", number_text(bounds.max));
  if (from) return concat(noun, " of ", number_text(bounds.min), " or more");
  if (to) return concat(noun, " of ", number_text(bounds.max), " or less");
  return std::string{noun};
}

std::string describe_text(const Rules& rules) {
  std::string noun = "a string";
  if (rules.text_format) {
    switch (*rules.text_format) {
      case Format::date_time:
        noun = "a date and time like \"2026-01-31T12:00:00Z\"";
        break;
      case Format::date:
        noun = "a date like \"2026-01-31\"";
        break;
      case Format::email:
        noun = "an email address";
        break;
      case Format::uri:
        noun = "a URI with its scheme";
        break;
      case Format::uuid:
        noun = "a UUID";
        break;
    }
  }
  std::string text = describe_count(noun, "characters", rules.text.min, rules.text.max);
  if (!rules.text_pattern.empty()) text += concat(" that matches ", rules.text_pattern);
  return text;
}

std::string describe_container(std::string_view noun, std::string_view unit, const items& count) {
  return describe_count(std::string{noun}, unit, count.min, count.max);
}

bool keeps(const Rules& rules, std::string_view text) {
  const std::size_t size = count_code_points(text);
  if (size < rules.text.min || size > rules.text.max) return false;
  if (rules.text_format && !matches_format(*rules.text_format, text)) return false;
  if (rules.text_pattern.empty()) return true;
  const auto compiled =
      Pattern::compile(rules.text_pattern);  // short, and rare enough that no cache is worth its place
  return compiled && compiled->matches(text);
}

}  // namespace postern::json
