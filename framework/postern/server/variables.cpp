#include "postern/server/variables.hpp"

#include <algorithm>
#include <charconv>

#include "postern/base/concat.hpp"
#include "postern/uri/url.hpp"

namespace postern::server {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string_view unquote(std::string_view value) {
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) {
    return value.substr(1, value.size() - 2);
  }
  return value;
}

bool is_name(std::string_view text) {
  auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && std::ranges::all_of(text, allowed);
}

}  // namespace

Result<Variables> Variables::parse(std::string_view file_text) {
  Variables variables;
  for (int line_number = 1; !file_text.empty(); ++line_number) {
    const auto end = file_text.find('\n');
    const std::string_view line = trim(file_text.substr(0, end));
    file_text = end == std::string_view::npos ? std::string_view{} : file_text.substr(end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    const auto equals = line.find('=');
    const std::string_view name = trim(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_name(name)) {
      return fail(Error::Kind::invalid, concat("line ", line_number, " is not NAME=value"));
    }
    variables.set(std::string{name}, std::string{unquote(trim(line.substr(equals + 1)))});
  }
  return variables;
}

const std::string* Variables::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? nullptr : &found->second;
}

std::string VariableReader::required(std::string_view name, std::string_view meaning) {
  if (const std::string* value = variables_.find(name)) return *value;
  note_problem(
      concat(name, " is missing: write ", name, "=... into app/.dev.vars or the environment; it is ", meaning, "."));
  return {};
}

std::string VariableReader::optional(std::string_view name, std::string_view default_value) const {
  const std::string* value = variables_.find(name);
  return value ? *value : std::string{default_value};
}

std::string VariableReader::choice(std::string_view name, std::vector<std::string_view> choices) {
  std::string value = optional(name, choices.front());
  if (std::ranges::contains(choices, value)) return value;
  std::string allowed;
  for (std::string_view each : choices) allowed += concat(allowed.empty() ? "" : ", ", each);
  note_problem(concat(name, " is \"", value, "\": it must be one of ", allowed, "."));
  return std::string{choices.front()};
}

long VariableReader::number(std::string_view name, long default_value, long least, long most) {
  const std::string* text = variables_.find(name);
  if (!text) return default_value;
  long value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc{} && end == text->data() + text->size() && value >= least && value <= most) return value;
  note_problem(concat(name, " is \"", *text, "\": it must be a whole number from ", least, " to ", most, "."));
  return default_value;
}

std::string VariableReader::origin(std::string_view name, std::string value) {
  if (value.empty()) return value;
  if (value.ends_with('/')) value.pop_back();
  const auto url = uri::Url::parse(value);
  if (!url || (url->scheme() != "https" && url->scheme() != "http") || url->origin() != value) {
    note_problem(
        concat(name, " is \"", value,
               "\": it must be an address without a path, such as https://app.example.com or http://localhost:8789."));
  } else if (url->scheme() == "http" && !url->is_loopback()) {
    note_problem(concat(name, " is \"", value,
                        "\": it must begin with https://, for tokens travel there; http:// is for localhost only."));
  }
  return value;
}

}  // namespace postern::server
