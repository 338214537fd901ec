#include "postern/audit/recent_calls.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <set>
#include <utility>

#include "postern/audit/record.hpp"
#include "postern/json/format.hpp"
#include "postern/json/value.hpp"

namespace postern::audit {
namespace {

constexpr std::size_t records_read = 24;
// Of each connection. Instances write their reads at different moments, so that the order of the records is that of
// the calls to within a second or so.
constexpr std::size_t calls_read = 4 * oauth::RecentCalls::calls_max;

// Without a title, the name as words: "search_orders" becomes "Search orders".
std::string title_of(const mcp::Declaration& declaration) {
  if (!declaration.title.empty()) return declaration.title;
  std::string words = declaration.name;
  std::ranges::replace_if(words, [](char c) { return c == '_' || c == '-'; }, ' ');
  if (!words.empty() && words.front() >= 'a' && words.front() <= 'z') words.front() += 'A' - 'a';
  return words;
}

std::string title_of(const mcp::App& app, std::string_view method, std::string_view name) {
  if (method == "tools/call") {
    if (const mcp::Tool* tool = app.find_tool(name)) return title_of(*tool);
  } else if (method == "prompts/get") {
    if (const mcp::Prompt* prompt = app.find_prompt(name)) return title_of(*prompt);
  } else if (const auto found = app.find_resource(name)) {
    return title_of(*found->resource);
  }
  return std::string{name};
}

std::string text(const json::Object& line, std::string_view name) {
  return std::string{json::find_string(line, name).value_or("")};
}

// Nullopt for a line that is about no call.
std::optional<oauth::RecentCall> read_call(const json::Object& line, const mcp::App& app) {
  oauth::RecentCall call{.method = text(line, "method"), .name = text(line, "name"), .outcome = text(line, "outcome")};
  const json::Value* calls = json::find(line, "calls");
  const auto at = json::parse_date_time(text(line, calls ? "last_at" : "at"));
  if (!at || call.method.empty()) return std::nullopt;
  call.at = *at;
  if (calls && calls->is_int64()) call.calls = calls->get_int64();
  call.title = title_of(app, call.method, call.name);
  return call;
}

std::vector<std::string_view> split_lines(std::string_view lines) {
  std::vector<std::string_view> all;
  for (const auto line : lines | std::views::split('\n')) {
    if (!line.empty()) all.emplace_back(line);
  }
  return all;
}

void keep_latest(std::vector<oauth::RecentCall>& calls) {
  const std::size_t kept = std::min(calls.size(), oauth::RecentCalls::calls_max);
  const auto end = calls.begin() + static_cast<std::ptrdiff_t>(kept);
  for (auto place = calls.begin(); place != end; ++place)
    std::swap(*place, *std::max_element(place, calls.end(), [](const auto& a, const auto& b) { return a.at < b.at; }));
  calls.erase(end, calls.end());
}

}  // namespace

Task<Result<oauth::CallsByConnection>> RecentCalls::find_by_account(std::string account) {
  Chain chain{ports_, log_.keys().chain, std::move(account)};
  CO_TRY(const auto records, co_await chain.last_records(records_read));
  oauth::CallsByConnection calls;
  std::set<std::string> ended;  // changes whose end was met, so that their beginning says nothing new
  for (const std::string& record : records | std::views::reverse) {
    for (const std::string_view each : split_lines(lines_of(record)) | std::views::reverse) {
      const auto parsed = json::parse(each);
      const json::Object* line = parsed ? parsed->if_object() : nullptr;
      if (!line) continue;
      const std::string id = text(*line, "call");
      if (!id.empty() && !ended.insert(id).second) continue;
      auto& of_connection = calls[text(*line, "connection")];
      if (of_connection.size() == calls_read) continue;
      if (auto call = read_call(*line, app_)) of_connection.push_back(*std::move(call));
    }
  }
  for (auto& of_connection : calls | std::views::values) keep_latest(of_connection);
  co_return calls;
}

}  // namespace postern::audit
