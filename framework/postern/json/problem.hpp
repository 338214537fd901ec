// What decoding found wrong, in sentences that an assistant can act on, and where in the value.
//
//   limit: expected an integer from 1 to 100, got 500; orders[3].status: missing; expected a string
//
// Up to five problems are told, and never more than about 100 characters of the input are repeated in each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "postern/json/rules.hpp"
#include "postern/json/value.hpp"

namespace postern::json {

enum class UnknownMembers { refuse, ignore };

// One step of the way to a value, linked to the step before; lives on the stack of the decoding functions.
struct Path {
  const Path* parent = nullptr;
  std::string_view name;
  std::size_t index = 0;  // where the name is null: an element
};

class Problems {
 public:
  static constexpr std::size_t told_max = 5;

  [[nodiscard]] bool empty() const { return found_.empty(); }
  [[nodiscard]] bool full() const { return found_.size() > told_max; }
  [[nodiscard]] std::size_t size() const { return found_.size(); }

  void wrong(const Path& path, std::string_view expected, const Value& got);
  void missing(const Path& path, std::string_view expected, std::string_view description);
  void unknown(const Path& path, std::string_view name, std::string_view known);
  void other(const Path& path, std::string_view sentence);
  void add(Problems more);

  // All of them, joined by "; ".
  [[nodiscard]] Error to_error() const;

 private:
  std::vector<std::string> found_;  // one more than told is kept, to say that there are more
};

// "an integer from 1 to 100", "a string of 1 to 40 characters", "an array of up to 5 items" ...
[[nodiscard]] std::string describe_number(std::string_view noun, const range& bounds);
[[nodiscard]] std::string describe_text(const Rules& rules);
[[nodiscard]] std::string describe_container(std::string_view noun, std::string_view unit, const items& count);

// Whether the text keeps to length, pattern and format.
[[nodiscard]] bool keeps(const Rules& rules, std::string_view text);

}  // namespace postern::json
