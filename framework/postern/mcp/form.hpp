// What the client can ask its user to fill in (2026-07-28, client/elicitation, requested schema): texts, numbers,
// booleans, enums and lists of enums, side by side. A text may have a length and a format, but no pattern.
//
//   static_assert(Form<Confirm>);
#pragma once

#include "postern/json/shape.hpp"

namespace postern::mcp {

namespace detail {

template <class T>
concept FormChoices = json::BoundVector<T> && json::BoundEnum<typename T::value_type>;
template <class T>
concept FormField = json::BoundText<T> || json::BoundBool<T> || json::BoundInteger<T> || json::BoundNumber<T> ||
                    json::BoundEnum<T> || json::BoundTime<T> || FormChoices<T>;

// Clients know the formats email, uri, date and date-time.
consteval bool suits_form(const json::Rules& rules) {
  return rules.text_pattern.empty() && rules.text_format != json::Format::uuid;
}

template <json::BoundStruct T>
consteval bool is_form() {
  bool suits = true;
  json::for_each_member<T>([&]<std::size_t i> {
    using Member = typename json::detail::Held<json::MemberType<T, i>>::type;
    suits = suits && FormField<Member> && suits_form(json::Shape<T>::template rules_of<i>);
  });
  return suits;
}

}  // namespace detail

template <class T>
concept Form = json::BoundStruct<T> && detail::is_form<T>();

}  // namespace postern::mcp
