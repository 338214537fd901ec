#include "postern/json/schema.hpp"

#include <cmath>

namespace postern::json::detail {

namespace {

// Whole numbers are written as such: "minimum": 1, not 1E0.
Value number_value(double number) {
  if (std::trunc(number) == number && std::abs(number) < 0x1p53) return static_cast<std::int64_t>(number);
  return number;
}

}  // namespace

void add_range(Object& schema, const range& bounds) {
  if (std::isfinite(bounds.min)) schema["minimum"] = number_value(bounds.min);
  if (std::isfinite(bounds.max)) schema["maximum"] = number_value(bounds.max);
}

void add_text_rules(Object& schema, const Rules& rules) {
  add_count(schema, {rules.text.min, rules.text.max}, "minLength", "maxLength");
  if (!rules.text_pattern.empty()) schema["pattern"] = rules.text_pattern;
  if (rules.text_format) schema["format"] = to_string(*rules.text_format);
}

void add_count(Object& schema, const items& count, std::string_view least, std::string_view most) {
  if (count.min != items{}.min) schema[least] = count.min;
  if (count.max != items{}.max) schema[most] = count.max;
}

void add_default(Object& schema, std::string_view encoded) {
  if (auto value = parse(encoded); value && !value->is_null()) schema["default"] = *std::move(value);
}

}  // namespace postern::json::detail
