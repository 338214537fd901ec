// An ordered list of header fields; names compare without case (RFC 9110 sec. 5.1).
//
//   headers.set("Content-Type", "application/json");
//   if (const std::string* host = headers.find("host")) ...
//
// What could break a message cannot get in (threat 37): a value is visible ASCII, spaces and tabs (RFC 9110 sec. 5.5
// without the obsolete bytes from 0x80), a name is a token. `add` and `set` refuse anything else and return false; the
// list in braces leaves such a field out. Pointers die with the next change.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/uri/characters.hpp"

namespace postern::http {

struct Header {
  std::string name;
  std::string value;
};

// ASCII case only, as protocol names have it; never a locale's.
[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return x == y || uri::to_lower(x) == uri::to_lower(y); });
}

class HeaderMap {
 public:
  HeaderMap() = default;
  HeaderMap(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  // False, and nothing changed, if the name or the value is refused.
  bool add(std::string_view name, std::string_view value);
  bool set(std::string_view name, std::string_view value);  // replaces all of that name
  void set(const HeaderMap& fields);                        // each of them, as they are
  void remove(std::string_view name);

  // The first of that name, or null.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  // The value if there is exactly one field of that name: for fields where a second one is an attack (Host,
  // Authorization).
  [[nodiscard]] const std::string* find_only(std::string_view name) const;

  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  void reserve(std::size_t count) { fields_.reserve(count); }

 private:
  std::vector<Header> fields_;
};

}  // namespace postern::http
