#include "postern/mcp/api_client.hpp"

#include <algorithm>

#include "postern/base/ensure.hpp"
#include "postern/uri/form.hpp"
#include "postern/uri/percent.hpp"

namespace postern::mcp {

namespace {

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

std::string dull_message(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::invalid:
      return "The app did not accept this input.";
    case Error::Kind::unauthorized:
      return "The app does not know the signed-in user any more; sign in again.";
    case Error::Kind::forbidden:
      return "The app does not allow this user to do that.";
    case Error::Kind::not_found:
      return "The app has no such thing.";
    case Error::Kind::conflict:
      return "Somebody else changed it first.";
    case Error::Kind::limited:
      return "Too many requests to the app; try again later.";
    case Error::Kind::unavailable:
      return "The app is not available at the moment; try again later.";
    case Error::Kind::internal:
      return "The app gave an unexpected answer.";
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
Error error_of(const UpstreamResponse& response) {
  const Error::Kind kind = kind_of(response.status);
  const bool fault_of_the_app = kind == Error::Kind::unavailable || kind == Error::Kind::internal;
  auto message = fault_of_the_app ? std::nullopt : own_message(response.body);
  return {kind, std::move(message).value_or(dull_message(kind))};
}

Task<Result<json::Value>> send(Upstream* upstream, const Principal& caller, UpstreamRequest request) {
  if (!upstream) co_return fail(Error::Kind::unavailable, "No app is configured for this server (APP_URL).");
  CO_TRY(UpstreamResponse response, co_await upstream->send(caller, std::move(request)));
  if (response.status < 200 || response.status > 299) co_return std::unexpected(error_of(response));
  if (response.body.empty()) co_return json::Value(json::Object{});
  auto value = json::parse(response.body);
  if (!value) co_return fail(Error::Kind::unavailable, "The app's answer is not valid JSON.");
  co_return *std::move(value);
}

Task<Result<json::Value>> refuse(std::string message) { co_return fail(Error::Kind::invalid, std::move(message)); }

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
  if (!is_plain_path(path)) return refuse("\"" + std::string{path} + "\" is no path in the app.");
  uri::Form form;
  for (const auto& [name, value] : query) {
    if (value.text()) form.add(name, *value.text());
  }
  std::string target{path};
  if (form.begin() != form.end()) target += "?" + form.serialize();
  return send(upstream_, caller_,
              {.method = method, .path = std::move(target), .body = std::move(body), .trace = trace_});
}

}  // namespace postern::mcp
