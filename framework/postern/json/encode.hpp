// C++ values to JSON; see bind.hpp for the types.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "postern/json/shape.hpp"

namespace postern::json {

template <Bound T>
[[nodiscard]] Value encode(const T& from);

namespace detail {

template <BoundStruct T>
Value encode_struct(const T& from) {
  Object object;
  object.reserve(Shape<T>::count);
  for_each_member<T>([&]<std::size_t i> {
    const auto& member = Shape<T>::template get<i>(from);
    constexpr std::string_view name = Shape<T>::template rules_of<i>.name;
    if constexpr (BoundOptional<MemberType<T, i>>) {
      if (member) object.emplace(name, encode(*member));
    } else {
      object.emplace(name, encode(member));
    }
  });
  return object;
}

template <BoundEnum E>
Value encode_enum(E from) {
  for (const auto& [value, name] : enumerators<E>) {
    if (value == from) return Value(boost::json::string_view{name});
  }
  return nullptr;
}

}  // namespace detail

// A number that is not finite, and an enum value without a name, become null: JSON has no word for them.
template <Bound T>
Value encode(const T& from) {
  if constexpr (BoundJson<T>) {
    return from;
  } else if constexpr (std::same_as<T, std::string>) {
    return Value(boost::json::string_view{from});
  } else if constexpr (BoundText<T>) {
    return encode(from.text());
  } else if constexpr (BoundBool<T>) {
    return from;
  } else if constexpr (BoundInteger<T>) {
    if constexpr (std::is_signed_v<T>) {
      return static_cast<std::int64_t>(from);
    } else {
      return static_cast<std::uint64_t>(from);
    }
  } else if constexpr (BoundNumber<T>) {
    return std::isfinite(from) ? Value(static_cast<double>(from)) : Value(nullptr);
  } else if constexpr (BoundEnum<T>) {
    return detail::encode_enum(from);
  } else if constexpr (BoundTime<T>) {
    return encode(format_date_time(std::chrono::floor<Duration>(from)));
  } else if constexpr (BoundNull<T>) {
    return nullptr;
  } else if constexpr (BoundOptional<T>) {
    return from ? encode(*from) : Value(nullptr);
  } else if constexpr (BoundVector<T>) {
    Array array;
    array.reserve(from.size());
    for (const auto& element : from) array.push_back(encode<typename T::value_type>(element));
    return array;
  } else if constexpr (BoundMap<T>) {
    Object object;
    object.reserve(from.size());
    for (const auto& [key, member] : from) object.emplace(key, encode(member));
    return object;
  } else if constexpr (BoundVariant<T>) {
    return std::visit([](const auto& alternative) { return encode(alternative); }, from);
  } else {
    return detail::encode_struct(from);
  }
}

// Whether a caller may leave the member out; the rule is in bind.hpp.
template <BoundStruct T, std::size_t i>
[[nodiscard]] bool is_required() {
  constexpr Presence presence = Shape<T>::template rules_of<i>.presence;
  using Member = MemberType<T, i>;
  if constexpr (presence != Presence::by_type) {
    return presence == Presence::required;
  } else if constexpr (BoundOptional<Member> || HasInitializer<T, i>) {
    return false;
  } else {
    const T object{};
    return encode(Shape<T>::template get<i>(object)) == encode(Member{});
  }
}

}  // namespace postern::json
