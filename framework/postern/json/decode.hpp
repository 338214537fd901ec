// JSON to C++ values; see bind.hpp for the types and for what is accepted.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "postern/json/encode.hpp"
#include "postern/json/problem.hpp"
#include "postern/json/shape.hpp"

namespace postern::json {

namespace detail {

inline constexpr Rules no_rules{};

// What the member's type allows, within what the rules do. The ends of 64-bit types are left open: no double has them.
template <BoundInteger T>
constexpr range bounds_of(const Rules& rules) {
  range bounds = rules.number;
  if constexpr (sizeof(T) < 8) bounds.max = std::min(bounds.max, static_cast<double>(std::numeric_limits<T>::max()));
  if constexpr (sizeof(T) < 8 || std::is_unsigned_v<T>) {
    bounds.min = std::max(bounds.min, static_cast<double>(std::numeric_limits<T>::min()));
  }
  return bounds;
}

template <BoundEnum E>
std::string describe_enum() {
  std::string text = enumerators<E>.size() == 1 ? "" : "one of ";
  for (std::size_t i = 0; i < enumerators<E>.size(); ++i) {
    if (i > 0) text += ", ";
    text += '"';
    text += enumerators<E>[i].name;
    text += '"';
  }
  return text;
}

// In words, what a T is: "an integer from 1 to 100".
template <Bound T>
std::string describe(const Rules& rules) {
  if constexpr (std::same_as<T, Object>) {
    return "an object";
  } else if constexpr (std::same_as<T, Array>) {
    return "an array";
  } else if constexpr (BoundJson<T>) {
    return "a value";
  } else if constexpr (BoundText<T>) {
    return describe_text(rules);
  } else if constexpr (BoundBool<T>) {
    return "true or false";
  } else if constexpr (BoundInteger<T>) {
    return describe_number("an integer", rules.number);
  } else if constexpr (BoundNumber<T>) {
    return describe_number("a number", rules.number);
  } else if constexpr (BoundEnum<T>) {
    return describe_enum<T>();
  } else if constexpr (BoundTime<T>) {
    return describe_text({.text_format = Format::date_time});
  } else if constexpr (BoundNull<T>) {
    return "null";
  } else if constexpr (BoundOptional<T>) {
    return describe<typename T::value_type>(rules);
  } else if constexpr (BoundVector<T>) {
    return describe_container("an array", "items", rules.count);
  } else if constexpr (BoundMap<T>) {
    return describe_container("an object", "members", rules.count);
  } else if constexpr (BoundVariant<T>) {
    return []<class... Alternative>(std::type_identity<std::variant<Alternative...>>) {
      std::string text;
      ((text += (text.empty() ? "" : " or ") + describe<Alternative>(no_rules)), ...);
      return text;
    }(std::type_identity<T>{});
  } else {
    return "an object";
  }
}

// JSON Schema calls every number without a fraction an integer: 20.0 and 2e1 as well.
template <BoundInteger T>
std::optional<T> to_integer(const Value& from) {
  auto narrow = [](auto number) {
    return std::in_range<T>(number) ? std::optional<T>(static_cast<T>(number)) : std::nullopt;
  };
  if (const std::int64_t* number = from.if_int64()) return narrow(*number);
  if (const std::uint64_t* number = from.if_uint64()) return narrow(*number);
  const double* number = from.if_double();
  if (!number || std::trunc(*number) != *number) return std::nullopt;
  if (*number >= -0x1p63 && *number < 0x1p63) return narrow(static_cast<std::int64_t>(*number));
  if (*number >= 0x1p63 && *number < 0x1p64) return narrow(static_cast<std::uint64_t>(*number));
  return std::nullopt;
}

inline std::optional<double> to_double(const Value& from) {
  if (const double* number = from.if_double()) return *number;
  if (const std::int64_t* number = from.if_int64()) return static_cast<double>(*number);
  if (const std::uint64_t* number = from.if_uint64()) return static_cast<double>(*number);
  return std::nullopt;
}

constexpr bool is_within(double number, const range& bounds) { return bounds.min <= number && number <= bounds.max; }
constexpr bool is_within(std::size_t count, const items& bounds) { return bounds.min <= count && count <= bounds.max; }

// One decoding: its problems, and how many values it may look at. A variant reads a value once for each alternative, so
// nested ones could multiply without the budget.
class Decoder {
 public:
  static constexpr std::size_t budget_max = 20 * limits::json_values_max;

  explicit Decoder(UnknownMembers unknown) : unknown_(unknown) {}

  Problems problems;

  template <Bound T>
  void read(const Value& from, T& to, const Rules& rules, const Path& path) {
    if (problems.full()) return;
    if (budget_ == 0) return problems.other(path, "too many values");
    --budget_;
    if constexpr (BoundStruct<T>) {
      read_struct(from, to, path);
    } else if constexpr (BoundVariant<T>) {
      read_variant(from, to, path);
    } else if constexpr (BoundVector<T>) {
      read_vector(from, to, rules, path);
    } else if constexpr (BoundMap<T>) {
      read_map(from, to, rules, path);
    } else if constexpr (BoundOptional<T>) {
      to.reset();
      if (!from.is_null()) read(from, to.emplace(), rules, path);
    } else if (!read_leaf(from, to, rules)) {
      problems.wrong(path, describe<T>(rules_for_message<T>(from, rules)), from);
    }
  }

 private:
  template <BoundLeaf T>
  bool read_leaf(const Value& from, T& to, const Rules& rules);
  template <BoundStruct T>
  void read_struct(const Value& from, T& to, const Path& path);
  template <BoundStruct T, std::size_t i>
  void read_member(const Object& from, T& to, const Path& path);
  template <BoundStruct T>
  void check_unknown(const Object& from, const Path& path);
  template <BoundVector T>
  void read_vector(const Value& from, T& to, const Rules& rules, const Path& path);
  template <BoundMap T>
  void read_map(const Value& from, T& to, const Rules& rules, const Path& path);
  template <BoundVariant T>
  void read_variant(const Value& from, T& to, const Path& path);
  template <Bound Alternative, BoundVariant T>
  bool try_alternative(const Value& from, T& to, const Path& path, Problems& closest);

  // The ends of an integer type are worth telling only to who sent a number outside them.
  template <Bound T>
  static Rules rules_for_message(const Value& from, Rules rules) {
    if constexpr (BoundInteger<T>) {
      if (from.is_number()) rules.number = bounds_of<T>(rules);
    }
    return rules;
  }

  UnknownMembers unknown_;
  std::size_t budget_ = budget_max;
};

template <BoundLeaf T>
bool Decoder::read_leaf(const Value& from, T& to, const Rules& rules) {
  if constexpr (std::same_as<T, Value>) {
    to = from;
    return true;
  } else if constexpr (std::same_as<T, Object>) {
    if (const Object* object = from.if_object()) to = *object;
    return from.is_object();
  } else if constexpr (std::same_as<T, Array>) {
    if (const Array* array = from.if_array()) to = *array;
    return from.is_array();
  } else if constexpr (BoundNull<T>) {
    return from.is_null();
  } else if constexpr (BoundBool<T>) {
    if (const bool* flag = from.if_bool()) to = *flag;
    return from.is_bool();
  } else if constexpr (BoundInteger<T>) {
    const auto number = to_integer<T>(from);
    if (!number || !is_within(static_cast<double>(*number), rules.number)) return false;
    to = *number;
    return true;
  } else if constexpr (BoundNumber<T>) {
    const auto number = to_double(from);
    if (!number || !is_within(*number, rules.number) || std::abs(*number) > std::numeric_limits<T>::max()) return false;
    to = static_cast<T>(*number);
    return true;
  } else {
    const String* string = from.if_string();
    if (!string) return false;
    const std::string_view text{string->data(), string->size()};
    if constexpr (BoundEnum<T>) {
      for (const auto& [value, name] : enumerators<T>) {
        if (name != text) continue;
        to = value;
        return true;
      }
      return false;
    } else if constexpr (BoundTime<T>) {
      const auto time = parse_date_time(text);
      if (time) to = std::chrono::floor<typename T::duration>(*time);
      return time.has_value();
    } else {
      if (!keeps(rules, text)) return false;
      to = T{text};
      return true;
    }
  }
}

template <BoundStruct T>
void Decoder::read_struct(const Value& from, T& to, const Path& path) {
  const Object* object = from.if_object();
  if (!object) return problems.wrong(path, describe<T>(no_rules), from);
  to = T{};
  for_each_member<T>([&]<std::size_t i> { read_member<T, i>(*object, to, path); });
  if (unknown_ == UnknownMembers::refuse) check_unknown<T>(*object, path);
}

// Null stands for an optional member that is not there.
template <BoundStruct T, std::size_t i>
void Decoder::read_member(const Object& from, T& to, const Path& path) {
  using Member = MemberType<T, i>;
  constexpr const Rules& rules = Shape<T>::template rules_of<i>;
  const Path member_path{.parent = &path, .name = rules.name};
  const Value* member = find(from, rules.name);
  if (member) return read(*member, Shape<T>::template get<i>(to), rules, member_path);
  if (is_required<T, i>()) problems.missing(member_path, describe<Member>(rules), rules.description);
}

template <BoundStruct T>
void Decoder::check_unknown(const Object& from, const Path& path) {
  std::size_t known_here = 0;
  for_each_member<T>([&]<std::size_t i> { known_here += from.contains(Shape<T>::template rules_of<i>.name); });
  if (known_here == from.size()) return;

  std::string known;
  for_each_member<T>([&]<std::size_t i> {
    known += known.empty() ? "\"" : ", \"";
    known += Shape<T>::template rules_of<i>.name;
    known += '"';
  });
  for (const auto& member : from) {
    bool is_known = false;
    for_each_member<T>([&]<std::size_t i> { is_known |= member.key() == Shape<T>::template rules_of<i>.name; });
    if (!is_known) problems.unknown(path, {member.key().data(), member.key().size()}, known);
  }
}

template <BoundVector T>
void Decoder::read_vector(const Value& from, T& to, const Rules& rules, const Path& path) {
  const Array* array = from.if_array();
  if (!array || !is_within(array->size(), rules.count)) return problems.wrong(path, describe<T>(rules), from);
  to.clear();
  to.reserve(array->size());
  for (std::size_t i = 0; i < array->size() && !problems.full(); ++i) {
    typename T::value_type element{};
    read((*array)[i], element, no_rules, {.parent = &path, .index = i});
    to.push_back(std::move(element));
  }
}

template <BoundMap T>
void Decoder::read_map(const Value& from, T& to, const Rules& rules, const Path& path) {
  const Object* object = from.if_object();
  if (!object || !is_within(object->size(), rules.count)) return problems.wrong(path, describe<T>(rules), from);
  to.clear();
  for (const auto& member : *object) {
    const std::string_view key{member.key().data(), member.key().size()};
    read(member.value(), to[std::string{key}], no_rules, {.parent = &path, .name = key});
  }
}

// The first alternative that fits is taken. If none does, and there is one of the right kind (an object for an object),
// its problems are told: they are what the caller most likely got wrong.
template <BoundVariant T>
void Decoder::read_variant(const Value& from, T& to, const Path& path) {
  Problems closest;
  const bool fits = [&]<class... Alternative>(std::type_identity<std::variant<Alternative...>>) {
    return (try_alternative<Alternative>(from, to, path, closest) || ...);
  }(std::type_identity<T>{});
  if (fits) return;
  if (closest.empty()) return problems.wrong(path, describe<T>(no_rules), from);
  problems.add(std::move(closest));
}

template <Bound Alternative, BoundVariant T>
bool Decoder::try_alternative(const Value& from, T& to, const Path& path, Problems& closest) {
  Problems before = std::exchange(problems, {});
  Alternative alternative{};
  read(from, alternative, no_rules, path);
  Problems found = std::exchange(problems, std::move(before));
  if (found.empty()) {
    to = std::move(alternative);
    return true;
  }
  const bool is_same_kind = (from.is_object() && (BoundStruct<Alternative> || BoundMap<Alternative>)) ||
                            (from.is_array() && BoundVector<Alternative>);
  if (is_same_kind && (closest.empty() || found.size() < closest.size())) closest = std::move(found);
  return false;
}

}  // namespace detail

template <Bound T>
[[nodiscard]] Result<T> decode(const Value& from, UnknownMembers unknown = UnknownMembers::ignore) {
  detail::Decoder decoder{unknown};
  T to{};
  decoder.read(from, to, detail::no_rules, Path{});
  if (!decoder.problems.empty()) return std::unexpected(decoder.problems.to_error());
  return to;
}

}  // namespace postern::json
