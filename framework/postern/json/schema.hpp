// JSON Schema 2020-12 from C++ types; see bind.hpp.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/json/decode.hpp"

namespace postern::json {

namespace detail {

// Adds what the rules say in JSON Schema's words.
void add_range(Object& schema, const range& bounds);
void add_text_rules(Object& schema, const Rules& rules);
void add_count(Object& schema, const items& count, std::string_view least, std::string_view most);
// `encoded` is JSON text; null is no default worth telling.
void add_default(Object& schema, std::string_view encoded);

// A struct is written where it is used. Only one that contains itself goes to $defs, or is "#" if it is the root: it
// has no other way to be written, and clients cope better with schemas that need no looking up.
class SchemaWriter {
 public:
  explicit SchemaWriter(UnknownMembers unknown) : unknown_(unknown) {}

  template <Bound T>
  Object write_root() {
    Object schema = write<T>(no_rules);
    if (!definitions_.empty()) schema["$defs"] = std::move(definitions_);
    return schema;
  }

 private:
  struct OpenStruct {
    const void* type;
    std::string reference;
    bool referred = false;
  };
  template <class T>
  static constexpr char type_mark = 0;

  template <Bound T>
  Object write(const Rules& rules) {
    Object schema;
    if constexpr (BoundStruct<T>) {
      return write_struct<T>();
    } else if constexpr (BoundVariant<T>) {
      [&]<class... Alternative>(std::type_identity<std::variant<Alternative...>>) {
        schema["anyOf"] = Array{write<Alternative>(no_rules)...};
      }(std::type_identity<T>{});
    } else if constexpr (BoundOptional<T>) {
      schema["anyOf"] = Array{write<typename T::value_type>(rules), Object{{"type", "null"}}};
    } else if constexpr (BoundVector<T>) {
      schema["type"] = "array";
      schema["items"] = write<typename T::value_type>(no_rules);
      add_count(schema, rules.count, "minItems", "maxItems");
    } else if constexpr (BoundMap<T>) {
      schema["type"] = "object";
      schema["additionalProperties"] = write<typename T::mapped_type>(no_rules);
      add_count(schema, rules.count, "minProperties", "maxProperties");
    } else {
      write_leaf<T>(schema, rules);
    }
    return schema;
  }

  template <BoundLeaf T>
  void write_leaf(Object& schema, const Rules& rules) {
    if constexpr (std::same_as<T, Value>) {
      return;  // anything
    } else if constexpr (std::same_as<T, Object>) {
      schema["type"] = "object";
    } else if constexpr (std::same_as<T, Array>) {
      schema["type"] = "array";
    } else if constexpr (BoundText<T>) {
      schema["type"] = "string";
      add_text_rules(schema, rules);
    } else if constexpr (BoundBool<T>) {
      schema["type"] = "boolean";
    } else if constexpr (BoundInteger<T>) {
      schema["type"] = "integer";
      add_range(schema, bounds_of<T>(rules));
    } else if constexpr (BoundNumber<T>) {
      schema["type"] = "number";
      add_range(schema, rules.number);
    } else if constexpr (BoundEnum<T>) {
      schema["type"] = "string";
      Array names;
      for (const auto& enumerator : enumerators<T>) names.emplace_back(boost::json::string_view{enumerator.name});
      schema["enum"] = std::move(names);
    } else if constexpr (BoundTime<T>) {
      schema["type"] = "string";
      schema["format"] = "date-time";
    } else {
      schema["type"] = "null";
    }
  }

  template <BoundStruct T>
  Object write_struct() {
    const void* type = &type_mark<T>;
    for (OpenStruct& open : open_) {
      if (open.type != type) continue;
      open.referred = true;
      return {{"$ref", open.reference}};
    }
    const std::string name = unique_name(type, type_name<T>());
    const std::string reference = open_.empty() ? "#" : "#/$defs/" + name;
    open_.push_back({type, reference});

    Object schema{{"type", "object"}};
    Object properties;
    Array required_names;
    for_each_member<T>([&]<std::size_t i> { write_member<T, i>(properties, required_names); });
    schema["properties"] = std::move(properties);
    if (!required_names.empty()) schema["required"] = std::move(required_names);
    if (unknown_ == UnknownMembers::refuse) schema["additionalProperties"] = false;

    const bool goes_to_definitions = open_.back().referred && open_.size() > 1;
    open_.pop_back();
    if (!goes_to_definitions) return schema;
    definitions_[name] = std::move(schema);
    return {{"$ref", reference}};
  }

  // An optional member is one that may be left out; its schema is that of what it holds.
  template <BoundStruct T, std::size_t i>
  void write_member(Object& properties, Array& required_names) {
    using Member = MemberType<T, i>;
    constexpr const Rules& rules = Shape<T>::template rules_of<i>;
    Object schema = write<typename Held<Member>::type>(rules);
    if (!rules.description.empty()) schema["description"] = rules.description;
    if (is_required<T, i>()) {
      required_names.emplace_back(boost::json::string_view{rules.name});
    } else {
      const T object{};
      add_default(schema, encode(Shape<T>::template get<i>(object)));
    }
    properties[rules.name] = std::move(schema);
  }

  // Types of two namespaces may share a name: the later one gets underscores.
  std::string unique_name(const void* type, std::string_view wanted) {
    std::string name{wanted};
    for (const auto& [taken_by, taken] : names_) {
      if (taken_by == type) return taken;
      if (taken == name) name += '_';
    }
    names_.emplace_back(type, name);
    return name;
  }

  UnknownMembers unknown_;
  std::vector<OpenStruct> open_;
  std::vector<std::pair<const void*, std::string>> names_;
  Object definitions_;
};

}  // namespace detail

template <Bound T>
[[nodiscard]] Object schema(UnknownMembers unknown = UnknownMembers::ignore) {
  return detail::SchemaWriter{unknown}.write_root<T>();
}

}  // namespace postern::json
