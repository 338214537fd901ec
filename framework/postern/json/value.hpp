// JSON values: Boost.JSON's containers under our own names, and the two functions that turn text into them and back.
//
//   TRY(auto value, json::parse(body));                 // strict, bounded
//   const json::Value* name = json::find(value, "name");
//   std::string text = json::serialize(value);
//
// Parsing follows RFC 8259 and I-JSON (RFC 7493): valid UTF-8 only, no lone surrogates, no duplicate keys, one value
// and nothing after it, within the limits given.
//
// Numbers: an integer of 64 bits, signed or unsigned, is kept exactly. Any other number, a longer integer as well,
// becomes the nearest double, as in JavaScript; one too large for a double is refused.
//
// What reads a text once and drops all of it gives parse() an arena: the values then lie side by side, and go together.
// Copies and moved values stay in it, so what is to outlive the arena is assigned to a value from outside.
//
// The library behind is an implementation detail of this folder.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/limits.hpp"
#include "postern/base/result.hpp"

namespace postern::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;
using String = boost::json::string;
using Arena = boost::json::monotonic_resource;

struct ParseLimits {
  std::size_t depth_max = limits::json_depth_max;
  std::size_t values_max = limits::json_values_max;
  std::size_t keys_per_object_max = limits::json_keys_per_object_max;
};

// The error's message says what is wrong and, where it is one place, after how many bytes; it never repeats the input.
[[nodiscard]] Result<Value> parse(std::string_view text, const ParseLimits& limits = {});
[[nodiscard]] Result<Value> parse(std::string_view text, Arena& arena, const ParseLimits& limits = {});

[[nodiscard]] std::string serialize(const Value& value);
[[nodiscard]] std::string serialize(const Object& object);
[[nodiscard]] std::string serialize(const Array& array);

// The member, or null if `value` is no object or has none of that name. Names match exactly.
[[nodiscard]] const Value* find(const Value& value, std::string_view name);
[[nodiscard]] const Value* find(const Object& object, std::string_view name);

// The member's text, or nullopt if it is absent or no string. The view dies with the object.
[[nodiscard]] std::optional<std::string_view> find_string(const Object& object, std::string_view name);

}  // namespace postern::json
