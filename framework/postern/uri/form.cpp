#include "postern/uri/form.hpp"

#include <algorithm>

#include "postern/base/utf8.hpp"
#include "postern/uri/characters.hpp"
#include "postern/uri/percent.hpp"

namespace postern::uri {
namespace {

Result<std::string> decode(std::string_view text) {
  std::string spaced{text};
  std::ranges::replace(spaced, '+', ' ');
  auto bytes = percent_decode(spaced);
  if (!bytes) return fail(Error::Kind::invalid, "A percent-code in the form is malformed.");
  if (!is_utf8(*bytes)) return fail(Error::Kind::invalid, "The form holds text that is not UTF-8.");
  return *std::move(bytes);
}

// The application/x-www-form-urlencoded percent-encode set: all but letters, digits and "*-._"; a space is '+'.
std::string encode(std::string_view bytes) {
  std::string text;
  for (char byte : bytes) {
    if (byte == ' ') {
      text += '+';
    } else if (byte == '*') {
      text += '*';
    } else if (byte == '~') {
      text += "%7E";
    } else {
      text += percent_encode({&byte, 1});
    }
  }
  return text;
}

}  // namespace

Form::Form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  for (const auto& [name, value] : fields) add(name, value);
}

Result<Form> Form::parse(std::string_view text) {
  Form form;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    if (form.fields_.size() == form_fields_max) return fail(Error::Kind::invalid, "The form has too many fields.");
    const std::string_view name = pair.substr(0, pair.find('='));
    const std::string_view value = pair.substr(std::min(name.size() + 1, pair.size()));
    TRY(std::string decoded_name, decode(name));
    TRY(std::string decoded_value, decode(value));
    form.fields_.emplace_back(std::move(decoded_name), std::move(decoded_value));
  }
  return form;
}

std::string Form::serialize() const {
  std::string text;
  for (const auto& [name, value] : fields_) {
    if (!text.empty()) text += '&';
    text += encode(name);
    text += '=';
    text += encode(value);
  }
  return text;
}

void Form::add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }

const std::string* Form::find_only(std::string_view name) const {
  const std::string* found = nullptr;
  for (const auto& [field_name, value] : fields_) {
    if (field_name != name) continue;
    if (found != nullptr) return nullptr;
    found = &value;
  }
  return found;
}

std::size_t Form::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count(fields_, name, [](const auto& field) { return field.first; }));
}

const std::string* Form::find_repeated(std::string_view allowed) const {
  for (const auto& field : fields_) {
    const bool is_allowed = !allowed.empty() && field.first == allowed;
    if (!is_allowed && count(field.first) > 1) return &field.first;
  }
  return nullptr;
}

}  // namespace postern::uri
