// What the compiler knows about a type, as text at compile time: names of members, enumerators and types.
//
//   member_name<&Order::status>()      "status"
//   enumerators<Status>                {{Status::open, "open"}, {Status::paid, "paid"}}
//   MembersOf<Order>                   count, name<i>(), get<i>(order): of a plain aggregate, nothing declared
//
// Done with clang's __PRETTY_FUNCTION__, natively and for wasm32. One underscore at the end is not part of a name, so
// that `class_` or `delete_` can stand for a word that C++ keeps to itself. Enumerators are looked for among the values
// -128 to 127 (0 to 255 for an unsigned underlying type).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "postern/json/tie_members.hpp"

namespace postern::json {

namespace detail {

constexpr bool is_identifier_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// clang ends the text with the argument: "... [value = &ns::Order::status]", with "}" before the "]" for a struct.
constexpr std::string_view last_identifier(std::string_view text) {
  while (!text.empty() && !is_identifier_character(text.back())) text.remove_suffix(1);
  std::size_t begin = text.size();
  while (begin > 0 && is_identifier_character(text[begin - 1])) --begin;
  return text.substr(begin);
}

constexpr std::string_view without_last_underscore(std::string_view name) {
  if (name.size() > 1 && name.ends_with('_')) name.remove_suffix(1);
  return name;
}

template <auto value>
consteval std::string_view spelling() {
  return __PRETTY_FUNCTION__;
}

template <class T>
consteval std::string_view type_spelling() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  text.remove_suffix(1);
  return text;
}

// Never defined and never read: only addresses inside it are taken, at compile time.
template <class T>
struct Absent {
  T value;
};
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#pragma clang diagnostic ignored "-Wundefined-var-template"
template <class T>
extern const Absent<T> absent;

template <class Member>
struct Address {
  const Member* pointer;
};

// Never called. It has a body because a type of an unnamed namespace may not be named by a function without one.
struct ConvertsToAnything {
  template <class T>
  operator T() const {
    std::unreachable();
  }
};

template <class T, std::size_t... i>
constexpr bool takes_initializers(std::index_sequence<i...>) {
  return requires { T{(static_cast<void>(i), ConvertsToAnything{})...}; };
}

template <class T, std::size_t count = 0>
consteval std::size_t count_members() {
  if constexpr (takes_initializers<T>(std::make_index_sequence<count + 1>{})) {
    return count_members<T, count + 1>();
  } else {
    return count;
  }
}

}  // namespace detail

template <class T>
struct MembersOf {
  static constexpr std::size_t count = detail::count_members<T>();

  template <std::size_t i, class Object>
  static constexpr auto& get(Object& object) {
    return std::get<i>(detail::tie_members<count>(object));
  }
  template <std::size_t i>
  static consteval std::string_view name() {
    constexpr auto find_address = [] { return detail::Address{&get<i>(detail::absent<T>.value)}; };
    return detail::without_last_underscore(detail::last_identifier(detail::spelling<find_address()>()));
  }
};
#pragma clang diagnostic pop

template <auto member>
consteval std::string_view member_name() {
  return detail::without_last_underscore(detail::last_identifier(detail::spelling<member>()));
}

// The type's own name, without its namespaces. Of a template's instance, the name of its last argument.
template <class T>
consteval std::string_view type_name() {
  return detail::last_identifier(detail::type_spelling<T>());
}

template <class E>
struct Enumerator {
  E value;
  std::string_view name;
};

namespace detail {

// A value without a name is spelled as a cast: "(ns::Status)5".
template <auto value>
consteval std::string_view enumerator_name() {
  std::string_view text = spelling<value>();
  text.remove_suffix(1);
  const std::string_view name = last_identifier(text);
  const char before = text[text.size() - name.size() - 1];
  return before == ':' ? without_last_underscore(name) : std::string_view{};
}

template <class E>
inline constexpr int enumerator_first = std::is_signed_v<std::underlying_type_t<E>> ? -128 : 0;

template <class E, std::size_t... i>
consteval auto candidate_names(std::index_sequence<i...>) {
  return std::array{Enumerator<E>{static_cast<E>(enumerator_first<E> + static_cast<int>(i)),
                                  enumerator_name<static_cast<E>(enumerator_first<E> + static_cast<int>(i))>()}...};
}

template <class E>
consteval auto find_enumerators() {
  constexpr auto candidates = candidate_names<E>(std::make_index_sequence<256>{});
  constexpr std::ptrdiff_t count =
      std::ranges::count_if(candidates, [](const auto& candidate) { return !candidate.name.empty(); });
  static_assert(count > 0, "No enumerator between -128 and 127 (0 and 255 for an unsigned type).");
  std::array<Enumerator<E>, count> found{};
  std::ranges::copy_if(candidates, found.begin(), [](const auto& candidate) { return !candidate.name.empty(); });
  return found;
}

}  // namespace detail

template <class E>
  requires std::is_scoped_enum_v<E>
inline constexpr auto enumerators = detail::find_enumerators<E>();

}  // namespace postern::json
