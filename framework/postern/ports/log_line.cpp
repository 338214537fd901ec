#include "postern/ports/log_line.hpp"

#include <cstddef>
#include <cstdint>
#include <variant>

namespace postern {
namespace {

constexpr std::size_t text_bytes_max = 2048;

// How many bytes the UTF-8 character at the start of `text` has; 0 if there is none (RFC 3629 sec. 4).
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef)
    return follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
  if (first >= 0xf0 && first <= 0xf4)
    return follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3) ? 4 : 0;
  return 0;
}

void append_text(std::string& line, std::string_view text) {
  const bool cut = text.size() > text_bytes_max;
  text = text.substr(0, text_bytes_max);
  line += '"';
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (size == 0) {
      line += "\\ufffd";
    } else if (first < 0x20 || first == 0x7f) {
      constexpr std::string_view digits = "0123456789abcdef";
      line += "\\u00";
      line += digits[first >> 4U];
      line += digits[first & 0x0fU];
    } else {
      if (first == '"' || first == '\\') line += '\\';
      line += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  line += cut ? "...\"" : "\"";
}

struct AppendValue {
  std::string& line;
  void operator()(std::string_view text) const { append_text(line, text); }
  void operator()(std::int64_t number) const { line += std::to_string(number); }
  void operator()(bool flag) const { line += flag ? "true" : "false"; }
};

}  // namespace

void append_log_fields(std::string& line, std::string_view event, std::initializer_list<LogField> fields) {
  line += "\"event\":";
  append_text(line, event);
  for (const LogField& field : fields) {
    line += ',';
    append_text(line, field.name);
    line += ':';
    std::visit(AppendValue{line}, field.value);
  }
}

}  // namespace postern
