// Reads a stored JSON record back, member by member; one look at the end tells whether all of it was there.
//
//   RecordReader reader{entry.value};
//   Grant grant{.client_id = reader.text("client_id"), .scopes = reader.texts("scopes")};
//   TRY(reader.check());       // internal: a record of ours that we cannot read
//
// What the records hold is written down in docs/storage-schema.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/time.hpp"
#include "postern/json/value.hpp"

namespace postern::oauth {

class RecordReader {
 public:
  explicit RecordReader(std::string_view record);

  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] std::int64_t number(std::string_view name);
  [[nodiscard]] TimePoint time(std::string_view name);  // milliseconds since 1970

  [[nodiscard]] Result<void> check() const;

 private:
  [[nodiscard]] const json::Value* find(std::string_view name);

  json::Value record_;
  bool complete_ = true;
};

[[nodiscard]] json::Array to_json(const std::vector<std::string>& texts);
[[nodiscard]] inline std::int64_t to_json(TimePoint time) { return time.time_since_epoch().count(); }

}  // namespace postern::oauth
