#include "postern/http/headers.hpp"

#include <algorithm>

#include "postern/http/token.hpp"

namespace postern::http {
namespace {

// RFC 9110 sec. 5.5 without obs-text: visible ASCII, space and tab. Does not stop at the first bad character, so that
// the compiler can look at many at a time.
bool is_field_value(std::string_view value) {
  bool good = true;
  for (const char c : value) good &= c == '\t' || (c >= ' ' && c <= '~');
  return good;
}

}  // namespace

HeaderMap::HeaderMap(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  fields_.reserve(std::max<std::size_t>(fields.size(), 8));  // the server adds its own to a response
  for (const auto& [name, value] : fields) add(name, value);
}

bool HeaderMap::add(std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_field_value(value)) return false;
  fields_.push_back(Header{std::string{name}, std::string{value}});
  return true;
}

bool HeaderMap::set(std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_field_value(value)) return false;
  Header field{std::string{name}, std::string{value}};  // copied first: `value` may be one of ours
  remove(field.name);
  fields_.push_back(std::move(field));
  return true;
}

void HeaderMap::set(const HeaderMap& fields) {
  for (const Header& field : fields) {
    remove(field.name);
    fields_.push_back(field);
  }
}

void HeaderMap::remove(std::string_view name) {
  std::erase_if(fields_, [name](const Header& field) { return equal_ignoring_case(field.name, name); });
}

const std::string* HeaderMap::find(std::string_view name) const {
  for (const Header& field : fields_) {
    if (equal_ignoring_case(field.name, name)) return &field.value;
  }
  return nullptr;
}

std::size_t HeaderMap::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(fields_, [name](const Header& field) { return equal_ignoring_case(field.name, name); }));
}

const std::string* HeaderMap::find_only(std::string_view name) const {
  const std::string* only = nullptr;
  for (const Header& field : fields_) {
    if (!equal_ignoring_case(field.name, name)) continue;
    if (only) return nullptr;
    only = &field.value;
  }
  return only;
}

}  // namespace postern::http
