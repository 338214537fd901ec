#include "postern/base/secret.hpp"

#include <utility>

namespace postern {

bool constant_time_equal(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference =
        static_cast<unsigned char>(difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
  }
  // Keeps the loop from becoming an early exit once `difference` is non-zero.
  asm volatile("" : "+r"(difference));
  return difference == 0;
}

void wipe(std::string& bytes) {
  bytes.resize(bytes.capacity());  // the whole buffer, not only what is in use; never reallocates
  volatile char* data = bytes.data();
  for (std::size_t i = 0; i < bytes.size(); ++i) data[i] = 0;
  bytes.clear();
}

Secret::Secret(std::string bytes) : bytes_(std::move(bytes)) { wipe(bytes); }

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = other.bytes_;
  }
  return *this;
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { wipe(other.bytes_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = std::move(other.bytes_);
    wipe(other.bytes_);
  }
  return *this;
}

}  // namespace postern
