// The records that cross between module and shim (abi.md): numbers and texts, one after the other.
//
//   RecordWriter record;
//   record.text("GET"); record.number(5000);
//   RecordReader reader{bytes};
//   std::string method{reader.text()};
//
// Both sides are ours and of one version, so a record that does not fit ends the instance (ensure) instead of being an
// error that somebody handles. Views live as long as the bytes.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "postern/base/ensure.hpp"
#include "postern/http/headers.hpp"

namespace postern::workers {

static_assert(std::endian::native == std::endian::little);

class RecordWriter {
 public:
  void number(double value) { append(&value, sizeof value); }
  void text(std::string_view value) {
    const auto size = static_cast<std::uint32_t>(value.size());
    append(&size, sizeof size);
    bytes_ += value;
  }
  void headers(const http::HeaderMap& headers) {
    std::string lines;
    for (const http::Header& header : headers) lines.append(header.name).append("\n").append(header.value).append("\n");
    text(lines);
  }
  void reserve(std::size_t size) { bytes_.reserve(size); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string take() && { return std::move(bytes_); }

 private:
  void append(const void* value, std::size_t size) { bytes_.append(static_cast<const char*>(value), size); }
  std::string bytes_;
};

// Takes the first line of a text from it.
inline std::string_view take_line(std::string_view& lines) {
  const std::size_t end = lines.find('\n');
  ensure(end != std::string_view::npos);
  const std::string_view line = lines.substr(0, end);
  lines.remove_prefix(end + 1);
  return line;
}

// Fields that are no header fields to us (headers.hpp) are left out.
inline http::HeaderMap read_headers(std::string_view lines) {
  http::HeaderMap headers;
  headers.reserve(static_cast<std::size_t>(std::ranges::count(lines, '\n')) / 2);
  while (!lines.empty()) {
    const std::string_view name = take_line(lines);
    headers.add(name, take_line(lines));
  }
  return headers;
}

class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : rest_(bytes) {}

  double number() { return read<double>(); }
  std::size_t count() { return static_cast<std::size_t>(number()); }
  bool flag() { return number() != 0; }
  std::string_view text() { return take(read<std::uint32_t>()); }
  http::HeaderMap headers() { return read_headers(text()); }

 private:
  std::string_view take(std::size_t size) {
    ensure(size <= rest_.size());
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  template <class T>
  T read() {
    T value;
    __builtin_memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  std::string_view rest_;
};

}  // namespace postern::workers
