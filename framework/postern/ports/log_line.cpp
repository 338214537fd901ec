#include "postern/ports/log_line.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <variant>

#include "postern/base/utf8.hpp"

namespace postern {
namespace {

constexpr std::size_t text_bytes_max = 2048;

constexpr bool stands_for_itself(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void append_text(std::string& line, std::string_view text) {
  const bool cut = text.size() > text_bytes_max;
  text = text.substr(0, text_bytes_max);
  line += '"';
  while (true) {
    const auto special = std::ranges::find_if_not(text, stands_for_itself);
    line.append(text.begin(), special);
    text = {special, text.end()};
    if (text.empty()) break;
    const std::size_t size = utf8_character_size(text);
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
