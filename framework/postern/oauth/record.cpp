#include "postern/oauth/record.hpp"

#include <utility>

namespace postern::oauth {

RecordReader::RecordReader(std::string_view record) {
  if (auto parsed = json::parse(record))
    record_ = *std::move(parsed);
  else
    complete_ = false;
}

const json::Value* RecordReader::find(std::string_view name) {
  const json::Value* value = json::find(record_, name);
  if (!value) complete_ = false;
  return value;
}

std::string RecordReader::text(std::string_view name) {
  const json::Value* value = find(name);
  if (value && value->is_string()) return std::string{std::string_view{value->get_string()}};
  complete_ = false;
  return {};
}

std::vector<std::string> RecordReader::texts(std::string_view name) {
  std::vector<std::string> all;
  const json::Value* value = find(name);
  if (!value || !value->is_array()) {
    complete_ = false;
    return all;
  }
  for (const json::Value& item : value->get_array()) {
    if (item.is_string())
      all.emplace_back(std::string_view{item.get_string()});
    else
      complete_ = false;
  }
  return all;
}

std::int64_t RecordReader::number(std::string_view name) {
  const json::Value* value = find(name);
  if (value && value->is_int64()) return value->get_int64();
  complete_ = false;
  return 0;
}

TimePoint RecordReader::time(std::string_view name) { return TimePoint{Duration{number(name)}}; }

Result<void> RecordReader::check() const {
  if (!complete_) return fail(Error::Kind::internal, "A stored record cannot be read.");
  return {};
}

json::Array to_json(const std::vector<std::string>& texts) {
  json::Array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

}  // namespace postern::oauth
