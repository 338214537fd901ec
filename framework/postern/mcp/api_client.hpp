// The user's own app, called as that user, with C++ types in and out; or Clerk.
//
//   CO_TRY(Orders orders, co_await call.api().get<Orders>("/api/orders", {{"q", in.query}, {"limit", in.limit}}));
//   CO_TRY(Order order, co_await call.api().post<Order>(mcp::path("/api/orders/{}/cancel", in.order_id)));
//   CO_TRY(auto members, co_await call.clerk().list<Member>(mcp::path("/v1/organizations/{}/memberships", id)));
//
// An answer that is no success becomes the Error that fits its status, with the app's own message if it sent one.
// Members of the answer that the type does not name are ignored. An answer may have 4 MiB; a request of the app takes
// 15 seconds at most, and one of Clerk 10. The task may outlive the client, never the call.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/json/bind.hpp"
#include "postern/mcp/trace_context.hpp"
#include "postern/mcp/upstream.hpp"

namespace postern::mcp {

// A value in a query: text, a whole number, true or false, an enumerator, or an optional of these; an empty one leaves
// the name out.
class QueryValue {
 public:
  QueryValue(std::string_view text) : text_(text) {}
  QueryValue(const std::string& text) : text_(text) {}
  QueryValue(const char* text) : text_(text) {}
  QueryValue(std::same_as<bool> auto flag) : text_(flag ? "true" : "false") {}
  QueryValue(std::integral auto number)
    requires(!std::same_as<decltype(number), bool>)
      : text_(std::to_string(number)) {}
  template <class E>
    requires std::is_scoped_enum_v<E>
  QueryValue(E value) : text_(json::name_of(value)) {}
  template <class T>
  QueryValue(const std::optional<T>& value) {
    if (value) *this = QueryValue{*value};
  }

  [[nodiscard]] const std::optional<std::string>& text() const { return text_; }

 private:
  std::optional<std::string> text_;
};
using Query = std::initializer_list<std::pair<std::string_view, QueryValue>>;

// The pattern with each "{}" replaced, in order, by one segment, percent-encoded: what a caller sends can never become
// another path. As many segments as there are "{}", else it traps.
[[nodiscard]] std::string path_from(std::string_view pattern, std::initializer_list<std::string_view> segments);
[[nodiscard]] std::string path(std::string_view pattern, const auto&... segments) {
  return path_from(pattern, {std::string_view{segments}...});
}

class ApiClient {
 public:
  // `name` begins a sentence about the server, and lives for good. Without a caller every request fails: unauthorized.
  ApiClient(Upstream* upstream, const Principal* caller, std::string_view name, TraceContext trace = {})
      : upstream_(upstream), caller_(caller), name_(name), trace_(std::move(trace)) {}

  template <class T>
  Task<Result<T>> get(std::string_view path, Query query = {}) const {
    return decoded<T>(name_, exchange(http::Method::get, path, query, {}));
  }
  // The whole of a list that is given in pages, as Clerk's API gives it: the endpoint takes `limit` and `offset`, skips
  // the first `offset` entries of an order that stays, and answers with at most `limit` of them, as an array or as
  // {"data": [...]}. One that ignores either is an error, and so are more than a thousand entries (limited). A list
  // that comes at once is for get<std::vector<T>>().
  template <class T>
  Task<Result<std::vector<T>>> list(std::string_view path, Query query = {}) const {
    return decoded<std::vector<T>>(name_, read_pages(path, query));
  }

  // These change something. Without a T the answer's body is not looked at, and its status is all that counts:
  //
  //   CO_TRY(co_await call.api().delete_(mcp::path("/api/orders/{}", in.order_id)));
  template <class T = void, class Body>
  Task<Result<T>> post(std::string_view path, const Body& body) const {
    return change<T>(http::Method::post, path, json::encode(body));
  }
  template <class T = void>
  Task<Result<T>> post(std::string_view path) const {
    return change<T>(http::Method::post, path, {});
  }
  template <class T = void, class Body>
  Task<Result<T>> put(std::string_view path, const Body& body) const {
    return change<T>(http::Method::put, path, json::encode(body));
  }
  template <class T = void, class Body>
  Task<Result<T>> patch(std::string_view path, const Body& body) const {
    return change<T>(http::Method::patch, path, json::encode(body));
  }
  template <class T = void>
  Task<Result<T>> delete_(std::string_view path) const {
    return change<T>(http::Method::delete_, path, {});
  }

 private:
  template <class T>
  Task<Result<T>> change(http::Method method, std::string_view path, std::string body) const {
    if constexpr (std::is_void_v<T>) {
      return exchange_unread(method, path, std::move(body));
    } else {
      return decoded<T>(name_, exchange(method, path, {}, std::move(body)));
    }
  }
  // The body of a successful answer. Everything is copied into the task before it starts.
  [[nodiscard]] Task<Result<json::Value>> exchange(http::Method method, std::string_view path, Query query,
                                                   std::string body) const;
  [[nodiscard]] Task<Result<void>> exchange_unread(http::Method method, std::string_view path, std::string body) const;
  [[nodiscard]] Task<Result<json::Value>> read_pages(std::string_view path, Query query) const;
  template <class T>
  static Task<Result<T>> decoded(std::string_view name, Task<Result<json::Value>> answer) {
    CO_TRY(json::Value value, co_await std::move(answer));
    auto decoded = json::decode<T>(value, json::UnknownMembers::ignore);
    if (!decoded) co_return std::unexpected(not_understood(name, decoded.error().message));
    co_return *std::move(decoded);
  }
  [[nodiscard]] static Error not_understood(std::string_view name, std::string_view why);

  Upstream* upstream_;       // null: none is configured
  const Principal* caller_;  // null: nobody is signed in
  std::string_view name_;
  TraceContext trace_;
};

}  // namespace postern::mcp
