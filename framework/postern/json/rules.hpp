// What a struct says about its members, beyond their types.
//
//   struct SearchOrders {
//     std::string query;
//     int limit = 20;
//     std::vector<std::string> tags;
//
//     static constexpr auto schema = json::fields(
//         json::field<&SearchOrders::query>("Free text to look for", json::length{1, 200}),
//         json::field<&SearchOrders::limit>("How many to return", json::range{1, 100}),
//         json::field<&SearchOrders::tags>("Only orders with these tags", json::items{.max = 10},
//         json::optional_field));
//   };
//
// Members that `fields` does not name take no part. A constraint on an optional is one on what it holds. The
// constraints are lower case, because they are read as words of the declaration.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "postern/json/format.hpp"
#include "postern/json/pattern.hpp"
#include "postern/json/reflect.hpp"

namespace postern::json {

// A number, both ends included.
struct range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};
// Of a string, in code points, as JSON Schema counts.
struct length {
  std::size_t min = 0;
  std::size_t max = std::numeric_limits<std::size_t>::max();
};
// How many elements of an array, or members of a map.
struct items {
  std::size_t min = 0;
  std::size_t max = std::numeric_limits<std::size_t>::max();
};
// A string that the pattern finds something in; see pattern.hpp. One that is not understood does not compile.
struct pattern {
  std::string_view text;
  consteval explicit pattern(const char* source) : text(source) {
    if (!Pattern::compile(text)) throw "this pattern is not in the subset that pattern.hpp describes";
  }
};
// "date-time", "date", "email", "uri" or "uuid": checked, not just written into the schema; see format.hpp.
struct format {
  Format kind;
  consteval explicit format(const char* name) : kind(find_format(name).value()) {}
};
// The name in JSON, where it is not the member's own.
struct named {
  std::string_view name;
};
// Whether a member must be there, where bind.hpp's rule guesses wrong.
enum class Presence { by_type, required, optional_field };
inline constexpr Presence required = Presence::required;
inline constexpr Presence optional_field = Presence::optional_field;

struct Rules {
  std::string_view name;
  std::string_view description;
  Presence presence = Presence::by_type;
  range number;
  length text;
  items count;
  std::string_view text_pattern;
  std::optional<Format> text_format;
};

template <auto member>
struct Field {
  Rules rules;
};

template <auto... members>
struct Fields {
  std::tuple<Field<members>...> list;
};

namespace detail {

template <class Member>
struct MemberPointer;
template <class Class, class Member>
struct MemberPointer<Member Class::*> {
  using type = Member;
};
template <class T>
struct Held {
  using type = T;
};
template <class T>
struct Held<std::optional<T>> {
  using type = T;
};

template <class T>
concept HasSize = requires(const T& container) { container.size(); };

constexpr void apply(Rules& rules, range constraint) { rules.number = constraint; }
constexpr void apply(Rules& rules, length constraint) { rules.text = constraint; }
constexpr void apply(Rules& rules, items constraint) { rules.count = constraint; }
constexpr void apply(Rules& rules, pattern constraint) { rules.text_pattern = constraint.text; }
constexpr void apply(Rules& rules, format constraint) { rules.text_format = constraint.kind; }
constexpr void apply(Rules& rules, named constraint) { rules.name = constraint.name; }
constexpr void apply(Rules& rules, Presence constraint) { rules.presence = constraint; }

template <class T, class Constraint>
consteval bool suits() {
  if constexpr (std::is_same_v<Constraint, range>) {
    return std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
  } else if constexpr (std::is_same_v<Constraint, items>) {
    return HasSize<T> && !std::is_same_v<T, std::string>;
  } else if constexpr (std::is_same_v<Constraint, named> || std::is_same_v<Constraint, Presence>) {
    return true;
  } else {
    return std::is_same_v<T, std::string>;
  }
}

}  // namespace detail

template <auto member, class... Constraints>
consteval Field<member> field(std::string_view description = {}, Constraints... constraints) {
  using Held = typename detail::Held<typename detail::MemberPointer<decltype(member)>::type>::type;
  static_assert((detail::suits<Held, Constraints>() && ...),
                "A constraint does not suit the member's type: range is for numbers, items for vectors and maps, and "
                "length, pattern and format for std::string.");
  Rules rules{.name = member_name<member>(), .description = description};
  (detail::apply(rules, constraints), ...);
  return {rules};
}

template <auto... members>
consteval Fields<members...> fields(Field<members>... list) {
  return {{list...}};
}

}  // namespace postern::json
