#include "postern/mcp/api_client.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/ensure.hpp"
#include "postern/uri/form.hpp"
#include "postern/uri/percent.hpp"

namespace postern::mcp {

namespace {

constexpr std::size_t entries_max = 1'000;
constexpr std::size_t page_entries = 100;

// Absolute, with nothing in it that a server could read as another path: see also path().
bool is_plain_path(std::string_view path) {
  constexpr std::string_view not_in_a_path = "?#\\; ";
  if (!path.starts_with('/') || path.find_first_of(not_in_a_path) != path.npos) return false;
  const std::optional<std::string> decoded = uri::percent_decode(path);
  if (!decoded) return false;
  std::string_view rest = *decoded;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view segment = rest.substr(0, rest.find_first_of("/\\"));  // some servers take either
    rest.remove_prefix(segment.size());
    if (segment == "." || segment == ".." || (segment.empty() && !rest.empty())) return false;
  }
  return std::ranges::none_of(*decoded, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

Error::Kind kind_of(int status) {
  switch (status) {
    case 400:
    case 422:
      return Error::Kind::invalid;
    case 401:
      return Error::Kind::unauthorized;
    case 403:
      return Error::Kind::forbidden;
    case 404:
    case 410:
      return Error::Kind::not_found;
    case 409:
    case 412:
      return Error::Kind::conflict;
    case 429:
      return Error::Kind::limited;
    default:
      return status >= 500 ? Error::Kind::unavailable : Error::Kind::internal;
  }
}

std::string dull_message(std::string_view name, Error::Kind kind) {
  switch (kind) {
    case Error::Kind::invalid:
      return concat(name, " did not accept this input.");
    case Error::Kind::unauthorized:
      return concat(name, " does not know the signed-in user any more; sign in again.");
    case Error::Kind::forbidden:
      return concat(name, " does not allow this user to do that.");
    case Error::Kind::not_found:
      return concat(name, " has no such thing.");
    case Error::Kind::conflict:
      return "Somebody else changed it first.";
    case Error::Kind::limited:
      return "Too many requests; try again later.";
    case Error::Kind::unavailable:
      return concat(name, " is not available at the moment; try again later.");
    case Error::Kind::internal:
      return concat(name, " gave an unexpected answer.");
  }
  return {};
}

// What the app says itself, as {"error": "..."}, {"message": "..."} or {"error": {"message": "..."}}.
std::optional<std::string> own_message(std::string_view body) {
  const auto value = json::parse(body);
  if (!value || !value->is_object()) return std::nullopt;
  const json::Object* object = &value->as_object();
  if (const json::Value* error = json::find(*object, "error"); error && error->is_object()) {
    object = &error->as_object();
  }
  auto text = json::find_string(*object, "message");
  if (!text) text = json::find_string(*object, "error");
  constexpr std::size_t message_bytes_max = 1'000;
  if (!text || text->empty() || text->size() > message_bytes_max) return std::nullopt;
  return std::string{*text};
}

// A server's own failure is told in our words: its message may show its insides.
Error error_of(std::string_view name, const UpstreamResponse& response) {
  const Error::Kind kind = kind_of(response.status);
  const bool is_its_fault = kind == Error::Kind::unavailable || kind == Error::Kind::internal;
  auto message = is_its_fault ? std::nullopt : own_message(response.body);
  return {kind, std::move(message).value_or(dull_message(name, kind))};
}

Task<Result<std::string>> send(Upstream* upstream, const Principal* caller, std::string_view name,
                               UpstreamRequest request) {
  if (!caller) co_return fail(Error::Kind::unauthorized, "This needs somebody who is signed in.");
  if (!upstream) co_return fail(Error::Kind::unavailable, concat(name, " is not configured for this server."));
  CO_TRY(UpstreamResponse response, co_await upstream->send(*caller, std::move(request)));
  if (response.status < 200 || response.status > 299) co_return std::unexpected(error_of(name, response));
  co_return std::move(response).body;
}

Task<Result<json::Value>> send_and_parse(Upstream* upstream, const Principal* caller, std::string_view name,
                                         UpstreamRequest request) {
  CO_TRY(const std::string body, co_await send(upstream, caller, name, std::move(request)));
  if (body.empty()) co_return json::Value(json::Object{});
  // The operator's own servers: how long their answers may be (limits::fetch_response_bytes_max) is limit enough, and
  // those for what strangers send do not count.
  auto value = json::parse(body, {.values_max = body.size(), .keys_per_object_max = body.size()});
  if (!value) {
    co_return fail(Error::Kind::unavailable, concat(name, "'s answer was not understood: ", value.error().message));
  }
  co_return *std::move(value);
}

Task<Result<void>> send_unread(Upstream* upstream, const Principal* caller, std::string_view name,
                               UpstreamRequest request) {
  CO_TRY([[maybe_unused]] const std::string body, co_await send(upstream, caller, name, std::move(request)));
  co_return Result<void>{};
}

// The list in an answer; null if there is none.
json::Array* find_page(json::Value& answer) {
  json::Value* data = answer.is_object() ? answer.as_object().if_contains("data") : &answer;
  return data ? data->if_array() : nullptr;
}

// A server may give less than `limit` at a time, so it is not the short page that is the last, but the empty one; or
// the one with which there is as much as `total_count` says. One that ignores `limit` and `offset` gives the same again
// and again: that is noticed, for it would never end.
Task<Result<json::Value>> send_for_pages(Upstream* upstream, const Principal* caller, std::string_view name,
                                         UpstreamRequest request) {
  const std::string first =
      concat(request.path, request.path.contains('?') ? "&" : "?", "limit=", page_entries, "&offset=");
  json::Array all;
  std::size_t last_page = 0;  // where it begins
  while (true) {
    request.path = concat(first, all.size());
    CO_TRY(json::Value answer, co_await send_and_parse(upstream, caller, name, request));
    const json::Value* total = json::find(answer, "total_count");
    const std::int64_t count = total && total->is_int64() ? total->get_int64() : -1;
    json::Array* page = find_page(answer);
    if (!page) co_return fail(Error::Kind::unavailable, concat(name, "'s answer is no list."));
    if (page->size() > page_entries)
      co_return fail(Error::Kind::unavailable,
                     concat(name, " ignores \"limit\", so what it lists cannot be read page by page."));
    if (!page->empty() && std::ranges::equal(*page, std::span{all}.subspan(last_page)))
      co_return fail(
          Error::Kind::unavailable,
          concat(name,
                 " gives the same page again: it ignores \"offset\", so what it lists cannot be read page by page."));
    if (all.size() + page->size() > entries_max)
      co_return fail(Error::Kind::limited, concat(name, " has more of them than can be listed here."));
    const bool is_last = page->empty();
    last_page = all.size();
    for (json::Value& entry : *page) all.push_back(std::move(entry));
    if (is_last || (count >= 0 && all.size() >= static_cast<std::size_t>(count))) co_return json::Value(std::move(all));
  }
}

// With the query in its path.
UpstreamRequest make_request(http::Method method, std::string_view path, Query query) {
  uri::Form form;
  for (const auto& [name, value] : query) {
    if (value.text()) form.add(name, *value.text());
  }
  std::string target{path};
  if (form.begin() != form.end()) target += "?" + form.serialize();
  return {.method = method, .path = std::move(target), .body = {}};
}

std::string no_path(std::string_view path) { return concat("\"", path, "\" is no path."); }

template <class T>
Task<Result<T>> refuse(std::string message) {
  co_return fail(Error::Kind::invalid, std::move(message));
}

}  // namespace

std::string path_from(std::string_view pattern, std::initializer_list<std::string_view> segments) {
  std::string path;
  for (const std::string_view segment : segments) {
    const std::size_t hole = pattern.find("{}");
    ensure(hole != pattern.npos);
    path += pattern.substr(0, hole);
    path += uri::percent_encode(segment);
    pattern.remove_prefix(hole + 2);
  }
  ensure(!pattern.contains("{}"));
  path += pattern;
  return path;
}

Task<Result<json::Value>> ApiClient::exchange(http::Method method, std::string_view path, Query query,
                                              std::string body) const {
  if (!is_plain_path(path)) return refuse<json::Value>(no_path(path));
  UpstreamRequest request = make_request(method, path, query);
  request.body = std::move(body);
  request.trace = trace_;
  return send_and_parse(upstream_, caller_, name_, std::move(request));
}

Task<Result<void>> ApiClient::exchange_unread(http::Method method, std::string_view path, std::string body) const {
  if (!is_plain_path(path)) return refuse<void>(no_path(path));
  return send_unread(upstream_, caller_, name_,
                     {.method = method, .path = std::string{path}, .body = std::move(body), .trace = trace_});
}

Task<Result<json::Value>> ApiClient::read_pages(std::string_view path, Query query) const {
  if (!is_plain_path(path)) return refuse<json::Value>(no_path(path));
  UpstreamRequest request = make_request(http::Method::get, path, query);
  request.trace = trace_;
  return send_for_pages(upstream_, caller_, name_, std::move(request));
}

Error ApiClient::not_understood(std::string_view name, std::string_view why) {
  return {Error::Kind::unavailable, concat(name, "'s answer was not understood: ", why)};
}

}  // namespace postern::mcp
