// A string with a meaning: two ids of different kinds do not mix, and swapped arguments do not compile.
//
//   using ClientId = Strong<struct ClientIdTag>;
//   ClientId id{"c_123"};   id.text();
//
// For secrets use Secret, which compares in constant time and cannot be printed.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace postern {

template <class Tag>
class Strong {
 public:
  Strong() = default;
  explicit Strong(std::string text) : text_(std::move(text)) {}
  explicit Strong(std::string_view text) : text_(text) {}
  explicit Strong(const char* text) : text_(text) {}

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  auto operator<=>(const Strong&) const = default;

 private:
  std::string text_;
};

}  // namespace postern

template <class Tag>
struct std::hash<postern::Strong<Tag>> {
  std::size_t operator()(const postern::Strong<Tag>& id) const noexcept { return std::hash<std::string>{}(id.text()); }
};
