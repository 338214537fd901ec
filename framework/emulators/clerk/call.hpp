// One request to the Backend API, read as far as every endpoint needs it; and how an endpoint reads the rest.
//
//   Answer get_user(Call& call) {
//     User* user = find(call.world.users, call.path.get("user_id"));
//     if (!user) return std::unexpected(...);
//     return to_json(*user);
//   }
//
// Endpoints are plain functions: nothing here waits. All views die with the request.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/clerk/api_error.hpp"
#include "emulators/clerk/world.hpp"
#include "postern/http/router.hpp"
#include "postern/uri/form.hpp"

namespace postern::emulator {

struct Call {
  World& world;
  const http::Request& request;
  const http::PathParameters& path;
  uri::Form query;
  json::Object body;  // empty if none was sent: the SDK posts without a body under a JSON content type (clerk.md 3.6)
};

template <class T>
using Read = std::expected<T, ApiError>;

// Members of the body. Absent and null read alike where a value is made; `change_text` tells them apart.
[[nodiscard]] Read<std::optional<std::string>> optional_text(const json::Object& body, std::string_view name);
[[nodiscard]] Read<std::string> required_text(const json::Object& body, std::string_view name);
[[nodiscard]] Read<std::optional<std::int64_t>> optional_number(const json::Object& body, std::string_view name,
                                                                std::int64_t minimum, std::int64_t maximum);
[[nodiscard]] Read<bool> optional_flag(const json::Object& body, std::string_view name, bool absent = false);
[[nodiscard]] Read<json::Object> optional_object(const json::Object& body, std::string_view name);
[[nodiscard]] Read<std::vector<std::string>> optional_texts(const json::Object& body, std::string_view name);
// Absent leaves `target` as it is, null or "" clears it.
[[nodiscard]] Read<void> change_text(const json::Object& body, std::string_view name,
                                     std::optional<std::string>& target);

// A repeated query parameter, as the SDK sends arrays: user_id=a&user_id=b.
[[nodiscard]] std::vector<std::string> query_values(const uri::Form& query, std::string_view name);
// The first one, or empty.
[[nodiscard]] std::string query_value(const uri::Form& query, std::string_view name);

// clerk.md 3.3: limit 1 to 500, default 10; offset default 0, as the SDK drops `offset=0`.
struct Page {
  std::size_t limit = 10;
  std::size_t offset = 0;
};
[[nodiscard]] Read<Page> read_page(const uri::Form& query);

// {"data":[...],"total_count":n} of those of `records` that lie on the page. `show` makes one record's JSON.
template <class Record, class Show>
[[nodiscard]] json::Array slice(const std::vector<Record>& records, const Page& page, Show show) {
  json::Array data;
  for (std::size_t i = page.offset; i < records.size() && data.size() < page.limit; ++i)
    data.push_back(show(records[i]));
  return data;
}
[[nodiscard]] json::Object paginated(json::Array data, std::size_t total_count);

// JSON spellings that every resource shares.
[[nodiscard]] std::int64_t milliseconds(TimePoint time);
[[nodiscard]] json::Array to_json(const std::vector<std::string>& texts);
[[nodiscard]] json::Value or_null(const std::optional<std::string>& text);
[[nodiscard]] json::Object deleted(std::string_view object, std::string_view id);

}  // namespace postern::emulator
