#include "emulators/clerk/call.hpp"

#include <charconv>

namespace postern::emulator {

namespace {

constexpr std::size_t text_bytes_max = 1024;
constexpr std::size_t texts_max = 100;
constexpr std::size_t page_limit_max = 500;

std::unexpected<ApiError> wrong_type(std::string_view name, std::string_view expected) {
  ApiError error = ApiError::invalid(name, "must be " + std::string(expected));
  error.code = "form_param_type_invalid";
  return std::unexpected(std::move(error));
}

const json::Value* find_set(const json::Object& body, std::string_view name) {
  const json::Value* value = json::find(body, name);
  return value && !value->is_null() ? value : nullptr;
}

Read<std::string> as_text(const json::Value& value, std::string_view name) {
  if (!value.is_string()) return wrong_type(name, "a string");
  const json::String& text = value.get_string();
  if (text.size() > text_bytes_max) return std::unexpected(ApiError::invalid(name, "is too long"));
  return std::string(text.data(), text.size());
}

Read<std::size_t> query_number(const uri::Form& query, std::string_view name, std::size_t fallback, std::size_t minimum,
                               std::size_t maximum) {
  const std::string text = query_value(query, name);
  if (text.empty()) return fallback;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < minimum || number > maximum) {
    return std::unexpected(
        ApiError::invalid(name, "must be from " + std::to_string(minimum) + " to " + std::to_string(maximum)));
  }
  return number;
}

}  // namespace

Read<std::optional<std::string>> optional_text(const json::Object& body, std::string_view name) {
  const json::Value* value = find_set(body, name);
  if (!value) return std::nullopt;
  return as_text(*value, name);
}

Read<std::string> required_text(const json::Object& body, std::string_view name) {
  TRY(auto text, optional_text(body, name));
  if (!text || text->empty()) return std::unexpected(ApiError::missing(name));
  return *text;
}

Read<std::optional<std::int64_t>> optional_number(const json::Object& body, std::string_view name, std::int64_t minimum,
                                                  std::int64_t maximum) {
  const json::Value* value = find_set(body, name);
  if (!value) return std::nullopt;
  if (!value->is_int64()) return wrong_type(name, "an integer");
  const std::int64_t number = value->get_int64();
  if (number < minimum || number > maximum) {
    return std::unexpected(
        ApiError::invalid(name, "must be from " + std::to_string(minimum) + " to " + std::to_string(maximum)));
  }
  return number;
}

Read<bool> optional_flag(const json::Object& body, std::string_view name, bool absent) {
  const json::Value* value = find_set(body, name);
  if (!value) return absent;
  if (!value->is_bool()) return wrong_type(name, "true or false");
  return value->get_bool();
}

Read<json::Object> optional_object(const json::Object& body, std::string_view name) {
  const json::Value* value = find_set(body, name);
  if (!value) return json::Object{};
  if (!value->is_object()) return wrong_type(name, "an object");
  return value->get_object();
}

Read<std::vector<std::string>> optional_texts(const json::Object& body, std::string_view name) {
  const json::Value* value = find_set(body, name);
  if (!value) return std::vector<std::string>{};
  if (!value->is_array()) return wrong_type(name, "an array of strings");
  if (value->get_array().size() > texts_max) return std::unexpected(ApiError::invalid(name, "has too many elements"));
  std::vector<std::string> texts;
  for (const json::Value& element : value->get_array()) {
    TRY(auto text, as_text(element, name));
    texts.push_back(std::move(text));
  }
  return texts;
}

Read<void> change_text(const json::Object& body, std::string_view name, std::optional<std::string>& target) {
  const json::Value* value = json::find(body, name);
  if (!value) return {};
  target.reset();
  if (value->is_null()) return {};
  TRY(auto text, as_text(*value, name));
  if (!text.empty()) target = std::move(text);
  return {};
}

std::vector<std::string> query_values(const uri::Form& query, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : query) {
    if (key == name && values.size() < texts_max) values.push_back(value);
  }
  return values;
}

std::string query_value(const uri::Form& query, std::string_view name) {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return {};
}

Read<Page> read_page(const uri::Form& query) {
  TRY(auto limit, query_number(query, "limit", 10, 1, page_limit_max));
  TRY(auto offset, query_number(query, "offset", 0, 0, 1'000'000'000));
  return Page{.limit = limit, .offset = offset};
}

json::Object paginated(json::Array data, std::size_t total_count) {
  return {{"data", std::move(data)}, {"total_count", total_count}};
}

std::int64_t milliseconds(TimePoint time) { return time.time_since_epoch().count(); }

json::Array to_json(const std::vector<std::string>& texts) {
  json::Array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

json::Value or_null(const std::optional<std::string>& text) { return text ? json::Value(*text) : json::Value(nullptr); }

json::Object deleted(std::string_view object, std::string_view id) {
  return {{"object", object}, {"id", id}, {"deleted", true}};
}

}  // namespace postern::emulator
