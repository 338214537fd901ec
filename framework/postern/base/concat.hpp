// One string out of texts and whole numbers.
//
//   concat("line ", line_number, " is not NAME=value")
//
// In the core it stands in for std::format: libc++'s brings std::locale along, which is a tenth of a WebAssembly module
// that has to be small.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <span>
#include <string>
#include <string_view>

namespace postern {

namespace detail {

class Piece {
 public:
  // Implicit, all of them: what concat() takes.
  Piece(std::string_view text) : text_(text) {}
  Piece(const std::string& text) : text_(text) {}
  Piece(const char* text) : text_(text) {}
  Piece(std::integral auto number)
    requires(!std::same_as<decltype(number), bool> && !std::same_as<decltype(number), char>)
  {
    text_ = {digits_.data(), std::to_chars(digits_.data(), digits_.data() + digits_.size(), number).ptr};
  }
  Piece(const Piece&) = delete;
  Piece& operator=(const Piece&) = delete;

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::array<char, 20> digits_;  // the longest: -9223372036854775808
  std::string_view text_;
};

[[nodiscard]] std::string concat(std::span<const Piece> pieces);

}  // namespace detail

template <class... Parts>
[[nodiscard]] std::string concat(const Parts&... parts) {
  const detail::Piece pieces[] = {detail::Piece{parts}...};
  return detail::concat(pieces);
}

}  // namespace postern
