#include "postern/audit/export.hpp"

#include <algorithm>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/json/value.hpp"
#include "postern/oauth/bearer.hpp"
#include "postern/oauth/oauth_error.hpp"
#include "postern/oauth/short_hash.hpp"
#include "postern/uri/form.hpp"

namespace postern::audit {
namespace {

constexpr std::size_t records_per_page = 16;  // of 64 KiB at most
constexpr std::size_t users_per_page = 1000;

http::Response refuse(std::string_view message) {
  return oauth::unstored_json(400, json::serialize(json::Object{{"error", "invalid"}, {"message", message}}));
}

// No part of a key can lead into another kind, or to another owner.
bool is_segment(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '/'; });
}

}  // namespace

bool is_reader(const Keys& keys, const http::Request& request) {
  const auto token = oauth::find_bearer_token(request);
  return token && keys.reader == *token;
}

Task<http::Response> export_records(const Ports& ports, const http::Request& request) {
  const auto query = uri::Form::parse(request.query());
  const std::string* user = query ? query->find_only("user") : nullptr;
  const std::string* day = query ? query->find_only("day") : nullptr;
  const std::string* segment = user ? user : day;
  if (!query || (user && day) || !segment || !is_segment(*segment))
    co_return refuse("Ask for one user, or for one day.");
  const std::string prefix = concat(user ? "audit/" : "audit_user/", *segment, "/");
  const std::string* after = query->find_only("after");
  if (after && !after->starts_with(prefix)) co_return refuse("\"after\" is not the key of such a record.");

  const std::size_t count = user ? records_per_page : users_per_page;
  const auto page = co_await ports.store.scan(prefix, after ? *after : std::string{}, count);
  if (!page) co_return oauth::to_response(oauth::OAuthError{page.error()});
  ports.log.write(LogLevel::info, "audit.read",
                  {{"request", request.id},
                   {"user", user ? oauth::short_hash(ports.crypto, *user) : std::string{}},
                   {"day", day ? *day : std::string{}},
                   {"records", page->size()}});
  json::Array records;
  for (const auto& [key, entry] : *page) {
    records.push_back(
        {{"key", key}, {"value", entry.value}, {"expires_at", entry.expires_at.time_since_epoch().count()}});
  }
  co_return oauth::unstored_json(
      200, json::serialize(json::Object{{"records", std::move(records)}, {"more", page->size() == count}}));
}

}  // namespace postern::audit
