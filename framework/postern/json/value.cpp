#include "postern/json/value.hpp"

#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "postern/base/concat.hpp"

namespace postern::json {

namespace {

using ParseError = boost::json::error_code;
using Text = boost::json::string_view;

// Boost's number parser is fast but up to a few units in the last place off; strtod is exact. In the "C" locale, which
// nothing of ours leaves, it reads JSON's spelling. The copy is for its terminating zero.
double nearest_double(Text digits) {
  std::array<char, 64> small;
  if (digits.size() < small.size()) {
    std::memcpy(small.data(), digits.data(), digits.size());
    small[digits.size()] = '\0';
    return std::strtod(small.data(), nullptr);
  }
  return std::strtod(std::string{digits.data(), digits.size()}.c_str(), nullptr);
}

// Builds the value from the parser's events and stops it at a limit. `refusal` is then the reason.
class Builder {
 public:
  static constexpr std::size_t max_object_size = Object::max_size();
  static constexpr std::size_t max_array_size = Array::max_size();
  static constexpr std::size_t max_key_size = String::max_size();
  static constexpr std::size_t max_string_size = String::max_size();

  Builder(const ParseLimits& limits, boost::json::storage_ptr storage, unsigned char* scratch,
          std::size_t scratch_bytes)
      : limits_(limits), stack_({}, scratch, scratch_bytes) {
    stack_.reset(std::move(storage));
  }

  [[nodiscard]] Value release() { return stack_.release(); }
  [[nodiscard]] const char* refusal() const { return refusal_; }
  [[nodiscard]] std::size_t keys() const { return keys_; }

  bool on_document_begin(ParseError&) { return true; }
  bool on_document_end(ParseError&) { return true; }
  bool on_array_begin(ParseError& error) { return count_value(error); }
  bool on_array_end(std::size_t size, ParseError&) {
    stack_.push_array(size);
    return true;
  }
  bool on_object_begin(ParseError& error) { return count_value(error); }
  bool on_object_end(std::size_t size, ParseError& error) {
    if (size > limits_.keys_per_object_max) return refuse("too many keys in one object", error);
    keys_ += size;
    stack_.push_object(size);
    return true;
  }
  bool on_key_part(Text part, std::size_t, ParseError&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_key(Text last_part, std::size_t, ParseError&) {
    stack_.push_key(last_part);
    return true;
  }
  bool on_string_part(Text part, std::size_t, ParseError&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(Text last_part, std::size_t, ParseError& error) {
    stack_.push_string(last_part);
    return count_value(error);
  }
  bool on_number_part(Text, ParseError&) { return true; }
  bool on_int64(std::int64_t number, Text, ParseError& error) {
    stack_.push_int64(number);
    return count_value(error);
  }
  bool on_uint64(std::uint64_t number, Text, ParseError& error) {
    stack_.push_uint64(number);
    return count_value(error);
  }
  bool on_double(double, Text digits, ParseError& error) {
    const double number = nearest_double(digits);
    if (!std::isfinite(number)) return refuse("a number too large for a double", error);
    stack_.push_double(number);
    return count_value(error);
  }
  bool on_bool(bool value, ParseError& error) {
    stack_.push_bool(value);
    return count_value(error);
  }
  bool on_null(ParseError& error) {
    stack_.push_null();
    return count_value(error);
  }
  bool on_comment_part(Text, ParseError&) { return true; }
  bool on_comment(Text, ParseError&) { return true; }

 private:
  bool count_value(ParseError& error) {
    if (++values_ > limits_.values_max) return refuse("too many values", error);
    return true;
  }
  bool refuse(const char* reason, ParseError& error) {
    refusal_ = reason;
    error = boost::json::error::input_error;
    return false;
  }

  const ParseLimits& limits_;
  boost::json::value_stack stack_;
  std::size_t values_ = 0;
  std::size_t keys_ = 0;
  const char* refusal_ = nullptr;
};

// How many members the objects of a value have, all together. Recursion ends with the parser's depth.
std::size_t count_members(const Value& value) {
  std::size_t count = 0;
  if (const Object* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) count += count_members(member.value());
  } else if (const Array* array = value.if_array()) {
    for (const Value& element : *array) count += count_members(element);
  }
  return count;
}

std::unexpected<Error> malformed(std::string_view reason) {
  return fail(Error::Kind::invalid, concat("malformed JSON: ", reason));
}

Result<Value> parse_into(boost::json::storage_ptr storage, std::string_view text, const ParseLimits& limits) {
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  std::array<unsigned char, 4096> scratch;  // left uninitialised: values under construction live here
  boost::json::basic_parser<Builder> parser{options, limits, std::move(storage), scratch.data(), scratch.size()};

  ParseError error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (error) {
    const char* refusal = parser.handler().refusal();
    return malformed(concat(refusal ? refusal : error.message(), " after ", read, " bytes"));
  }
  if (read != text.size()) return malformed(concat("more text after the value, from byte ", read));

  // Of two equal keys the library keeps one. So an object had a key twice if fewer members came out than went in.
  Value value = parser.handler().release();
  if (count_members(value) != parser.handler().keys()) return malformed("an object has the same key twice");
  return value;
}

}  // namespace

Result<Value> parse(std::string_view text, const ParseLimits& limits) { return parse_into({}, text, limits); }
Result<Value> parse(std::string_view text, Arena& arena, const ParseLimits& limits) {
  return parse_into(&arena, text, limits);
}

std::string serialize(const Value& value) { return boost::json::serialize(value); }
std::string serialize(const Object& object) { return boost::json::serialize(object); }
std::string serialize(const Array& array) { return boost::json::serialize(array); }

const Value* find(const Value& value, std::string_view name) {
  const Object* object = value.if_object();
  return object ? find(*object, name) : nullptr;
}

const Value* find(const Object& object, std::string_view name) { return object.if_contains(name); }

std::optional<std::string_view> find_string(const Object& object, std::string_view name) {
  const Value* member = find(object, name);
  const String* text = member ? member->if_string() : nullptr;
  if (!text) return std::nullopt;
  return std::string_view{text->data(), text->size()};
}

}  // namespace postern::json
