// C++ values to JSON text; see bind.hpp for the types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "postern/json/shape.hpp"
#include "postern/json/writer.hpp"

namespace postern::json {

// The enumerator's name; nullopt for a value that has none.
template <BoundEnum E>
[[nodiscard]] std::optional<std::string_view> name_of(E from) {
  for (const auto& [value, name] : enumerators<E>) {
    if (value == from) return name;
  }
  return std::nullopt;
}

namespace detail {

template <Bound T>
void append_value(std::string& out, const T& from);

template <BoundStruct T>
void append_struct(std::string& out, const T& from) {
  ObjectWriter object{out};
  for_each_member<T>([&]<std::size_t i> {
    const auto& member = Shape<T>::template get<i>(from);
    constexpr std::string_view name = Shape<T>::template rules_of<i>.name;
    if constexpr (BoundOptional<MemberType<T, i>>) {
      if (member) append_value(object.member(name), *member);
    } else {
      append_value(object.member(name), member);
    }
  });
  object.end();
}

template <BoundVector T>
void append_vector(std::string& out, const T& from) {
  out += '[';
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (i > 0) out += ',';
    append_value<typename T::value_type>(out, from[i]);
  }
  out += ']';
}

template <BoundMap T>
void append_map(std::string& out, const T& from) {
  ObjectWriter object{out};
  for (const auto& [key, member] : from) append_value(object.member(key), member);
  object.end();
}

template <Bound T>
void append_value(std::string& out, const T& from) {
  if constexpr (BoundJson<T>) {
    out += serialize(from);
  } else if constexpr (std::same_as<T, std::string>) {
    append(out, std::string_view{from});
  } else if constexpr (BoundText<T>) {
    append(out, std::string_view{from.text()});
  } else if constexpr (BoundBool<T>) {
    out += from ? "true" : "false";
  } else if constexpr (BoundInteger<T>) {
    append(out, static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(from));
  } else if constexpr (BoundNumber<T>) {
    append(out, static_cast<double>(from));
  } else if constexpr (BoundEnum<T>) {
    const auto name = name_of(from);
    name ? append(out, *name) : void(out += "null");
  } else if constexpr (BoundTime<T>) {
    append(out, std::string_view{format_date_time(std::chrono::floor<Duration>(from))});
  } else if constexpr (BoundNull<T>) {
    out += "null";
  } else if constexpr (BoundOptional<T>) {
    from ? append_value(out, *from) : void(out += "null");
  } else if constexpr (BoundVector<T>) {
    append_vector(out, from);
  } else if constexpr (BoundMap<T>) {
    append_map(out, from);
  } else if constexpr (BoundVariant<T>) {
    std::visit([&out](const auto& alternative) { append_value(out, alternative); }, from);
  } else {
    append_struct(out, from);
  }
}

}  // namespace detail

// A number that is not finite, and an enum value without a name, become null: JSON has no word for them.
template <Bound T>
[[nodiscard]] std::string encode(const T& from) {
  std::string text;
  if constexpr (BoundStruct<T>) text.reserve(256);
  detail::append_value(text, from);
  return text;
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
