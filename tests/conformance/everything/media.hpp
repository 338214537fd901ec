// An image and a sound, as small as they can be.
#pragma once

#include <string>

#include "postern/base/encoding.hpp"
#include "tests/conformance/everything/everything.hpp"

namespace everything {

inline std::string red_pixel() {
  return *postern::base64_decode(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==");
}
inline std::string silence() {
  return *postern::base64_decode("UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=");
}

inline mcp::Image image() { return {.bytes = red_pixel(), .mime_type = "image/png"}; }

}  // namespace everything
