// A picture of plain colours as PNG (W3C PNG, third edition), without compression: for charts that are a few kilobytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace app {

struct Color {
  std::uint8_t red = 255, green = 255, blue = 255;
};

class Picture {
 public:
  Picture(int width, int height)
      : width_(width), height_(height), pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

  // What is outside of the picture is left out.
  void fill(int left, int top, int width, int height, Color color) {
    for (int y = std::max(0, top); y < std::min(height_, top + height); ++y) {
      for (int x = std::max(0, left); x < std::min(width_, left + width); ++x) pixels_[index(x, y)] = color;
    }
  }

  [[nodiscard]] std::string to_png() const;

 private:
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
  }

  int width_;
  int height_;
  std::vector<Color> pixels_;
};

[[nodiscard]] std::uint32_t crc32(std::string_view bytes);    // ISO 3309, as PNG has it (sec. 5.5)
[[nodiscard]] std::uint32_t adler32(std::string_view bytes);  // RFC 1950 sec. 8.2

}  // namespace app
