// A secret: wiped when it dies, compared in constant time, and with no way to print it by accident.
//
//   Secret key{getenv_text};
//   if (key == presented) ...          // time depends on the lengths only
//   sign(key.reveal());                // the one door out: grep for it in review
//
// Moving leaves the source wiped. Short strings live inside the object and are wiped there as well.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern {

// True if both are the same bytes. The time taken depends on the lengths, never on where they differ.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b);

// Overwrites the bytes in a way that the optimiser may not drop.
void wipe(std::string& bytes);

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes);
  explicit Secret(std::string_view bytes) : bytes_(bytes) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(bytes_); }

  [[nodiscard]] std::string_view reveal() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  [[nodiscard]] friend bool operator==(const Secret& a, const Secret& b) {
    return constant_time_equal(a.bytes_, b.bytes_);
  }
  [[nodiscard]] friend bool operator==(const Secret& a, std::string_view b) { return constant_time_equal(a.bytes_, b); }

 private:
  std::string bytes_;
};

}  // namespace postern
