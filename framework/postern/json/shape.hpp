// Which types can be bound, and what a struct's members are: one view for structs with `schema` and without.
//
//   Shape<Order>::count, Shape<Order>::get<i>(order), Shape<Order>::rules<i>()
//   is_required<Order, i>()       the rule that bind.hpp states
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "postern/base/strong.hpp"
#include "postern/json/reflect.hpp"
#include "postern/json/rules.hpp"
#include "postern/json/value.hpp"

namespace postern::json {

namespace detail {
template <class T, template <class...> class Template>
inline constexpr bool is_instance = false;
template <template <class...> class Template, class... Arguments>
inline constexpr bool is_instance<Template<Arguments...>, Template> = true;

template <class T>
inline constexpr bool is_text_map = false;
template <class T, class Compare, class Allocator>
inline constexpr bool is_text_map<std::map<std::string, T, Compare, Allocator>> = true;

template <class T>
inline constexpr bool is_system_time = false;
template <class Duration>
inline constexpr bool is_system_time<std::chrono::sys_time<Duration>> = true;
}  // namespace detail

template <class T>
concept BoundJson = std::same_as<T, Value> || std::same_as<T, Object> || std::same_as<T, Array>;
template <class T>
concept BoundText = std::same_as<T, std::string> || detail::is_instance<T, Strong>;
template <class T>
concept BoundBool = std::same_as<T, bool>;
template <class T>
concept BoundInteger =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;
template <class T>
concept BoundNumber = std::same_as<T, double> || std::same_as<T, float>;
template <class T>
concept BoundEnum = std::is_scoped_enum_v<T>;
template <class T>
concept BoundTime = detail::is_system_time<T>;
template <class T>
concept BoundNull = std::same_as<T, std::monostate>;
template <class T>
concept BoundOptional = detail::is_instance<T, std::optional>;
template <class T>
concept BoundVector = detail::is_instance<T, std::vector>;
template <class T>
concept BoundMap = detail::is_text_map<T>;
template <class T>
concept BoundVariant = detail::is_instance<T, std::variant>;

template <class T>
concept BoundLeaf =
    BoundJson<T> || BoundText<T> || BoundBool<T> || BoundInteger<T> || BoundNumber<T> || BoundEnum<T> || BoundTime<T> ||
    BoundNull<T> || BoundOptional<T> || BoundVector<T> || BoundMap<T> || BoundVariant<T>;
template <class T>
concept DescribedStruct = requires { T::schema.list; };
template <class T>
concept BoundStruct = DescribedStruct<T> || (std::is_class_v<T> && std::is_aggregate_v<T> && !BoundLeaf<T>);
template <class T>
concept Bound = BoundLeaf<T> || BoundStruct<T>;

namespace detail {
template <auto member>
constexpr auto member_of(const Field<member>&) {
  return member;
}
}  // namespace detail

template <class T>
struct Shape {
  static constexpr std::size_t count = MembersOf<T>::count;
  template <std::size_t i, class Object>
  static constexpr auto& get(Object& object) {
    return MembersOf<T>::template get<i>(object);
  }
  template <std::size_t i>
  static constexpr Rules rules_of{.name = MembersOf<T>::template name<i>()};
};

template <DescribedStruct T>
struct Shape<T> {
  static constexpr std::size_t count = std::tuple_size_v<decltype(T::schema.list)>;
  template <std::size_t i, class Object>
  static constexpr auto& get(Object& object) {
    return object.*detail::member_of(std::get<i>(T::schema.list));
  }
  template <std::size_t i>
  static constexpr Rules rules_of = std::get<i>(T::schema.list).rules;
};

template <class T, std::size_t i>
using MemberType = std::remove_cvref_t<decltype(Shape<T>::template get<i>(std::declval<T&>()))>;

// Calls visit.operator()<i>() for each member, in order.
template <class T, class Visit>
constexpr void for_each_member(Visit&& visit) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (visit.template operator()<i>(), ...);
  }(std::make_index_sequence<Shape<T>::count>{});
}

namespace detail {

// To read a member that has no initialiser is no constant expression, and so shows that it has none.
template <class T, std::size_t i>
constexpr bool read_member_of_default() {
  T object;
  [[maybe_unused]] const auto copy = Shape<T>::template get<i>(object);
  return true;
}

}  // namespace detail

// Whether a scalar member is seen to have an initialiser: `bool archived = false;` has one, `bool archived;` has none.
template <class T, std::size_t i>
concept HasInitializer = std::is_scalar_v<MemberType<T, i>> &&
                         requires { typename std::bool_constant<detail::read_member_of_default<T, i>()>; };

}  // namespace postern::json
