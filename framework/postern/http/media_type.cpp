#include "postern/http/media_type.hpp"

#include <algorithm>
#include <cstddef>

#include "postern/http/token.hpp"

namespace postern::http {
namespace {

// Cuts what stands before the first `separator` off the front; one inside quotes does not count (sec. 5.6.4).
std::string_view take_until(std::string_view& text, char separator) {
  std::size_t end = text.find(separator);
  if (text.substr(0, end).contains('"')) {
    bool quoted = false;
    for (end = 0; end < text.size(); ++end) {
      if (quoted && text[end] == '\\') {
        ++end;
      } else if (text[end] == '"') {
        quoted = !quoted;
      } else if (!quoted && text[end] == separator) {
        break;
      }
    }
  }
  end = std::min(end, text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(part);
}

// How closely a range names a type: 3 itself, 2 "text/*", 1 "*/*", 0 not at all.
int closeness(std::string_view range, std::string_view type) {
  if (equal_ignoring_case(range, type)) return 3;
  if (range == "*/*") return 1;
  const std::string_view main_type = type.substr(0, type.find('/') + 1);
  return range.ends_with("/*") && equal_ignoring_case(range.substr(0, range.size() - 1), main_type) ? 2 : 0;
}

// Whether the parameters hold "q=0", "q=0.0" and so on (sec. 12.4.2).
bool has_zero_weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = take_until(parameters, ';');
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    return parameter.size() > 2 && parameter.find_first_not_of("0.", 2) == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool has_content_type(const HeaderMap& headers, std::string_view type) {
  const std::string* field = headers.find_only("Content-Type");
  if (field == nullptr) return false;
  std::string_view text = *field;
  return equal_ignoring_case(take_until(text, ';'), type);
}

bool accepts(const HeaderMap& headers, std::string_view type) {
  bool any = false;
  int closest = 0;
  bool wanted = false;
  for (const Header& field : headers) {
    if (!equal_ignoring_case(field.name, "Accept")) continue;
    any = true;
    std::string_view ranges = field.value;
    while (!ranges.empty()) {
      std::string_view parameters = take_until(ranges, ',');
      const int close = closeness(take_until(parameters, ';'), type);
      if (close <= closest) continue;
      closest = close;
      wanted = !has_zero_weight(parameters);
    }
  }
  return wanted || !any;
}

}  // namespace postern::http
